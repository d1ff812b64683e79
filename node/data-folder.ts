import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { Fault, isFault } from '#base'
import { type Genesis, genesisHash } from '#genesis'
import { openLevel } from '#storage'

import { reasonOf, replaceFile } from './files.ts'
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
 * the store itself remembers its network. Throws `NODE_DATA_UNWRITABLE`, and `NODE_DATA_INCOMPLETE`
 * where an import was cut off.
 */
export async function openDataFolder(root: string, genesis: string): Promise<DataFolder> {
  if (existsSync(importFolder(root))) {
    throw new Fault(
      { code: 'NODE_DATA_INCOMPLETE', folder: root },
      'an import into it has not ended: run pars db import again, or name another folder',
    )
  }
  await keepGenesis(root, genesis)
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

/** Where an import lies until it is whole: no node runs beside it. */
export function importFolder(root: string): string {
  return path.join(root, 'import')
}

/** Makes the folder if it is missing, with the genesis in it. Throws `NODE_DATA_UNWRITABLE`. */
export async function keepGenesis(root: string, genesis: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true })
    const file = path.join(root, 'genesis.json')
    if (!(await isThere(file))) await replaceFile(file, genesis)
  } catch (error) {
    throw unwritable(root, error)
  }
}

/**
 * Removes the chain that was kept in `root`, and its genesis; dumps, keys and the order stay. Throws
 * `STORE_LOCKED` while a node runs, and `NODE_RESET_COMMITTEE` where a committee orders: without its
 * chain, a node would execute from the first commit an order that goes on from a later one.
 */
export async function removeData(root: string, genesis: Genesis): Promise<void> {
  if (genesis.validators.length > 0) {
    throw new Fault(
      { code: 'NODE_RESET_COMMITTEE', folder: root },
      'a committee keeps its chain: name another folder with --data, or begin a network with pars devnet --reset',
    )
  }
  try {
    const store = await openLevel(path.join(root, 'chain'))
    await store.close()
  } catch (error) {
    if (isFault(error, 'STORE_LOCKED')) throw error
  }
  await rm(path.join(root, 'chain'), { recursive: true, force: true })
  await rm(path.join(root, 'genesis.json'), { force: true })
}

/** A file that is there and cannot be read is not replaced. */
async function isThere(file: string): Promise<boolean> {
  try {
    await readFile(file)
    return true
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return false
    throw error
  }
}

function unwritable(root: string, error: unknown): Fault {
  const reason = reasonOf(error)
  return new Fault(
    { code: 'NODE_DATA_UNWRITABLE', folder: root, reason },
    'make the folder writable, free some space, or name another one with --data',
  )
}
