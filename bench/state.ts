import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { createMPT } from '@ethereumjs/mpt'
import { Caches, CacheType, MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, Address, type DB } from '@ethereumjs/util'
import { ClassicLevel } from 'classic-level'

import { fixed } from '#base'
import { keccak256 } from '#crypto'
import { openLevel, openMemory, type Store } from '#storage'

import { headState, type State, statePrefixes } from '../chain/state/index.ts'

const accounts = 100_000
const touched = 2_000
const blocks = 7

/**
 * Prints the CPU time of a block that changes 2,000 random accounts of 100,000 (load, update, hash,
 * write), and how many times longer the state manager of ethereumjs takes on the same changes.
 * Throws when a root differs.
 */
export async function state(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pars-bench-state-'))
  try {
    const [withHistory, withoutHistory] = [await pars(folder, true), await pars(folder, false)]
    const plain = await ethereumjs(folder, undefined)
    const cached = await ethereumjs(
      folder,
      new Caches({
        account: { size: accounts, type: CacheType.LRU },
        storage: { size: accounts, type: CacheType.LRU },
        code: { size: accounts, type: CacheType.LRU },
      }),
    )
    for (const other of [withoutHistory, plain, cached]) {
      if (other.roots.join() !== withHistory.roots.join()) throw new Error('the roots differ')
    }
    print(`state: ${touched} of ${accounts} accounts per block, CPU ms, median of ${blocks}`)
    print(row('pars, history kept', withHistory, plain))
    print(row('pars, no history', withoutHistory, plain))
    print(row('ethereumjs as shipped', plain, plain))
    print(row('ethereumjs with LRU caches', cached, plain))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Result {
  readonly milliseconds: number
  readonly roots: readonly string[]
}

function row(name: string, result: Result, base: Result): string {
  const ratio = (base.milliseconds / result.milliseconds).toFixed(1)
  return `${name.padEnd(28)}${result.milliseconds.toFixed(0).padStart(8)}${ratio.padStart(8)}x`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function pars(folder: string, history: boolean): Promise<Result> {
  const store = await openLevel(path.join(folder, history ? 'history' : 'head'))
  const head = headState(store)
  for (let index = 0; index < accounts; index++) await head.putAccount(addressOf(index), initial)
  await seal(store, head, 0n, false)
  const result = await measure(async (height, changed) => {
    for (const address of changed) {
      const account = await head.getAccount(address)
      if (account === undefined) throw new Error('an account is gone')
      account.balance += 1n
      await head.putAccount(address, account)
    }
    await seal(store, head, BigInt(height), history)
    return head.root()
  })
  await store.close()
  return result
}

async function seal(store: Store, head: State, height: bigint, history: boolean): Promise<void> {
  await store.write(head.changes({ height, history }), { sync: true })
  head.sealed()
}

async function ethereumjs(folder: string, caches: Caches | undefined): Promise<Result> {
  const level = new ClassicLevel(path.join(folder, caches ? 'cached' : 'plain'))
  await level.open()
  const db = new LevelDb(level)
  const root = await fill(level)
  const trie = await createMPT({ db, useKeyHashing: true, root })
  const manager = new MerkleStateManager({ trie, ...(caches && { caches }) })
  const result = await measure(async (_, changed) => {
    await manager.checkpoint()
    for (const address of changed) {
      const account = await manager.getAccount(address)
      if (account === undefined) throw new Error('an account is gone')
      account.balance += 1n
      await manager.putAccount(address, account)
    }
    await manager.commit()
    return manager.getStateRoot()
  })
  await level.close()
  return result
}

/** The nodes of the first state, under their hashes: inserting them one by one takes a minute. */
async function fill(level: ClassicLevel): Promise<Uint8Array> {
  const store = openMemory()
  const head = headState(store)
  for (let index = 0; index < accounts; index++) await head.putAccount(addressOf(index), initial)
  const batch = level.batch()
  for (const change of head.changes({ height: 0n, history: false })) {
    if (change.type === 'del' || change.key[0] !== statePrefixes.accountNode) continue
    batch.put(keccak256(change.value).toHex(), change.value.toHex())
  }
  await batch.write()
  return head.root()
}

const initial = new Account(1n, 10n ** 18n)

function addressOf(index: number): Address {
  return new Address(keccak256(fixed(index, 4)).slice(0, 20))
}

/** CPU time of `block`, median; the first one, with cold caches, is not counted. */
async function measure(
  block: (height: number, changed: readonly Address[]) => Promise<Uint8Array>,
): Promise<Result> {
  const roots: string[] = []
  const times: number[] = []
  for (let height = 1; height <= blocks + 1; height++) {
    const changed = choose(height)
    const start = process.cpuUsage()
    roots.push((await block(height, changed)).toHex())
    const { user, system } = process.cpuUsage(start)
    if (height > 1) times.push((user + system) / 1000)
  }
  return { milliseconds: times.toSorted((a, b) => a - b)[blocks >> 1] ?? 0, roots }
}

function choose(height: number): Address[] {
  const chosen = new Set<number>()
  for (let draw = 0; chosen.size < touched; draw++) {
    const digest = keccak256(fixed(height * 1_000_000 + draw, 8))
    chosen.add(new DataView(digest.buffer, digest.byteOffset).getUint32(0) % accounts)
  }
  return Array.from(chosen, addressOf)
}

type Text = DB<string, string | Uint8Array>

/** LevelDB as the documentation of @ethereumjs/mpt shows it: hexadecimal keys and values. */
class LevelDb implements Text {
  readonly #level: ClassicLevel

  constructor(level: ClassicLevel) {
    this.#level = level
  }

  get(key: string): Promise<string | undefined> {
    return this.#level.get(key)
  }

  put(key: string, value: string): Promise<void> {
    return this.#level.put(key, value)
  }

  del(key: string): Promise<void> {
    return this.#level.del(key)
  }

  batch(operations: Parameters<Text['batch']>[0]): Promise<void> {
    return this.#level.batch(
      operations.map((operation) =>
        operation.type === 'del'
          ? { type: 'del', key: operation.key }
          : { type: 'put', key: operation.key, value: String(operation.value) },
      ),
    )
  }

  shallowCopy(): LevelDb {
    return new LevelDb(this.#level)
  }

  async open(): Promise<void> {}
}
