/** The data folder of a node that does not run, in the hands of a command. */
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import { Fault } from '#base'
import { ChainStore } from '#chain'
import { formatGenesis, type Genesis, parseGenesis } from '#genesis'
import { openLevel, type Store } from '#storage'

export interface FolderInit {
  /** The data folder. */
  readonly data: string
  /** As those of the node. */
  readonly plugins: readonly string[]
  readonly project: string
}

export async function isThere(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  )
}

/** The genesis that the folder was made for. Throws `NODE_DATA_EMPTY`. */
async function genesisIn(data: string): Promise<Genesis> {
  const text = await readFile(path.join(data, 'genesis.json'), 'utf8').catch(() => undefined)
  if (text !== undefined && (await isThere(path.join(data, 'chain')))) return parseGenesis(text)
  throw new Fault({ code: 'NODE_DATA_EMPTY', folder: data }, 'name the data folder of a node')
}

/** Throws `NODE_DATA_EMPTY`, `STORE_LOCKED` while a node runs, and as `ChainStore.open`. */
export async function openChain({ data, plugins, project }: FolderInit): Promise<{
  readonly genesis: Genesis
  readonly chain: ChainStore
}> {
  const genesis = await genesisIn(data)
  const chain = await ChainStore.open({
    path: path.join(data, 'chain'),
    genesis: formatGenesis(genesis),
    modules: plugins,
    project: path.resolve(project),
  })
  return { genesis, chain }
}

/** A store for a while, on the disk of the folder whose chain the caller has open. */
export async function withScratch<Result>(
  data: string,
  task: (store: Store) => Promise<Result>,
): Promise<Result> {
  const place = path.join(data, 'scratch')
  // Of a command that was killed: nobody else has one while the chain is open here.
  await rm(place, { recursive: true, force: true })
  await mkdir(place)
  try {
    const store = await openLevel(place)
    try {
      return await task(store)
    } finally {
      await store.close()
    }
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
