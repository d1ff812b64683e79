import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { Fault, isFault } from '#base'
import { type Genesis, genesisHash } from '#genesis'
import { openLevel } from '#storage'

import { parsHome } from './home.ts'

/** Where a network keeps its data unless told otherwise: a name of its own, safe as a file's. */
export function defaultFolder(genesis: Genesis): string {
  const words = genesis.name.toLowerCase().match(/[a-z0-9]+/g) ?? ['network']
  const id = genesisHash(genesis).subarray(0, 4).toHex()
  return path.join(parsHome(), `${words.join('-').slice(0, 40)}-${id}`)
}

export interface DataFolder {
  readonly root: string
  /** The store. */
  readonly chain: string
  /** Writes what execution stopped at, and gives the file's name. */
  dump(name: string, content: string): Promise<string>
}

/**
 * Makes the folder if it is missing and puts the genesis document beside the store, for people:
 * the store itself remembers its network. Throws `NODE_DATA_UNWRITABLE`.
 */
export async function openDataFolder(root: string, genesis: string): Promise<DataFolder> {
  try {
    await mkdir(root, { recursive: true })
    await keep(path.join(root, 'genesis.json'), genesis)
  } catch (error) {
    throw unwritable(root, error)
  }
  return {
    root,
    chain: path.join(root, 'chain'),
    async dump(name, content) {
      const file = path.join(root, 'dumps', name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, content)
      return file
    },
  }
}

/** Removes all data of a network that was kept in `root`. Throws `STORE_LOCKED` while a node runs. */
export async function removeData(root: string): Promise<void> {
  try {
    const store = await openLevel(path.join(root, 'chain'))
    await store.close()
  } catch (error) {
    if (isFault(error, 'STORE_LOCKED')) throw error
  }
  await rm(path.join(root, 'chain'), { recursive: true, force: true })
  await rm(path.join(root, 'genesis.json'), { force: true })
}

async function keep(file: string, text: string): Promise<void> {
  const found = await readFile(file, 'utf8').catch(() => undefined)
  if (found !== undefined) return
  const draft = `${file}.${process.pid}`
  try {
    await writeFile(draft, text)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

function unwritable(root: string, error: unknown): Fault {
  const reason = (error as { code?: string }).code ?? String(error)
  return new Fault(
    { code: 'NODE_DATA_UNWRITABLE', folder: root, reason },
    'make the folder writable, free some space, or name another one with --data',
  )
}
