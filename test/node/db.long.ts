import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { concat, empty, fixed, hex, isFault, unhex } from '#base'
import { formatGenesis, type Genesis } from '#genesis'
import { openLevel, type Store } from '#storage'

import { height, keys } from '../../chain/block/layout.ts'
import { decodeRecord, encodeRecord } from '../../chain/state/account.ts'
import { accountKey, oldKey } from '../../chain/state/layout.ts'
import { openDataFolder } from '../../node/data-folder.ts'
import { type FileRecord, readRecords, writeRecords } from '../../node/db/export-file.ts'
import { exportData } from '../../node/db/export.ts'
import { importData } from '../../node/db/import.ts'
import { pruneData } from '../../node/db/prune.ts'
import { verifyData } from '../../node/db/verify.ts'
import { audit } from '../chain/engine/audit.ts'
import { accounts, devNetwork, sign, storeContract, withCode } from '../chain/engine/network.ts'
import { profileOf, Rig, TestClock } from '../chain/engine/rig.ts'
import { Seeded } from '../seeded.ts'

const blocks = 12
/** A contract whose code is one byte. */
const creation = unhex('0x60fe5f5360015ff3')

describe('the data of a node, in commands', function () {
  this.timeout(120_000)

  let root: string
  let data: string
  let file: string
  let genesis: Genesis
  let copies = 0

  const place = (name: string): string => path.join(root, name)
  const fresh = (): string => place(`copy-${++copies}`)
  const folder = (at: string) => ({ data: at, plugins: [], project: root })
  const quiet = { progress: () => undefined }

  /** Blocks with plain transfers, slots that come and go, and contracts. */
  async function makeChain(): Promise<void> {
    await openDataFolder(data, formatGenesis(genesis))
    const profile = await profileOf(genesis)
    const store = await openLevel(path.join(data, 'chain'))
    const clock = new TestClock(genesis.timestamp + 100n)
    const rig = await Rig.open({ store, profile, clock, archive: true })
    for (let number = 0; number < blocks; number++) {
      const nonce = BigInt(number)
      const word = concat(fixed(number % 3, 32), fixed(number % 4, 32))
      const stores = { to: storeContract.address, value: 0n, data: word }
      const sent = [
        sign(profile, 0, { nonce }),
        sign(profile, 1, { nonce, ...stores }),
        sign(profile, 2, { nonce, to: empty, value: 0n, data: creation }),
        sign(profile, 3, { nonceKey: BigInt(number % 2), nonce: nonce / 2n }),
      ]
      for (const { wire } of sent) await rig.pool.submit(wire, { kind: 'client', id: 'test' })
      clock.advance(3000)
      await rig.seal()
    }
    await rig.pool.submit(sign(profile, 0, { nonce: BigInt(blocks) }).wire, {
      kind: 'client',
      id: 'test',
    })
    await rig.close()
  }

  before(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'pars-db-'))
    data = place('data')
    file = place('chain.pars')
    genesis = devNetwork()
    await makeChain()
    const { head } = await exportData(folder(data), file, () => undefined)
    assert.equal(head, BigInt(blocks))
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  it('go into a file and come out as the same chain, which holds together', async () => {
    const copy = fresh()
    const { head, vouched } = await importData(folder(copy), file, quiet)
    assert.equal(head, BigInt(blocks))
    assert.deepEqual(vouched, { height: 0, by: 'nothing' })
    await withStore(copy, audit)
    assert.ok(!existsSync(path.join(copy, 'import')))
    const again = place('again.pars')
    await exportData(folder(copy), again, () => undefined)
    assert.ok(readFileSync(again).equals(readFileSync(file)), 'the copy of a copy')
    const verified = await verifyData(folder(copy), 0n, () => undefined)
    assert.equal(verified.head, blocks)
    assert.equal(verified.executedFrom, 1)
  })

  it('let a node go on from a copy as from the original', async () => {
    const copy = fresh()
    await importData(folder(copy), file, quiet)
    const hashes: string[] = []
    let waiting: Uint8Array | undefined
    for (const at of [data, copy]) {
      const other = fresh()
      await cp(at, other, { recursive: true })
      const profile = await profileOf(genesis)
      const clock = new TestClock(genesis.timestamp + 10_000n)
      const store = await openLevel(path.join(other, 'chain'))
      const rig = await Rig.open({ store, profile, clock })
      // The pool stays behind: the original has its transaction still.
      assert.equal(rig.pool.size, at === data ? 1 : 0)
      if (waiting !== undefined) await rig.pool.submit(waiting, { kind: 'client', id: 'test' })
      waiting = rig.pool.list()[0]?.wire
      const { blocks: made } = await rig.seal()
      hashes.push(hex(made[0]!.header.stateRoot))
      await rig.close()
    }
    assert.equal(hashes[0], hashes[1])
  })

  it('never overwrite a file, a chain or the order of a validator', async () => {
    await assert.rejects(
      exportData(folder(data), file, () => undefined),
      withCode('NODE_FILE_EXISTS'),
    )
    await assert.rejects(importData(folder(data), file, quiet), withCode('NODE_IMPORT_FOLDER'))
    const validator = fresh()
    await mkdir(path.join(validator, 'dag'), { recursive: true })
    await assert.rejects(importData(folder(validator), file, quiet), withCode('NODE_IMPORT_FOLDER'))
    assert.ok(!existsSync(path.join(validator, 'import')))
  })

  it('are refused where there are none, and nothing is made there', async () => {
    const none = fresh()
    for (const task of [
      exportData(folder(none), place('none.pars'), () => undefined),
      verifyData(folder(none), undefined, () => undefined),
      pruneData(
        folder(none),
        () => 1n,
        () => undefined,
      ),
    ]) {
      await assert.rejects(task, withCode('NODE_DATA_EMPTY'))
    }
    assert.ok(!existsSync(none) && !existsSync(place('none.pars')))
  })

  it('are refused from a file that ends early, wherever that is', async () => {
    const { size } = statSync(file)
    const cut = place('cut.pars')
    for (const bytes of [0, 5, 14, 17, 40, Math.floor(size / 3), size - 60, size - 9, size - 1]) {
      await cp(file, cut)
      truncateSync(cut, bytes)
      const copy = fresh()
      await assert.rejects(importData(folder(copy), cut, quiet), isExportFault)
      assert.ok(!existsSync(path.join(copy, 'chain')), `cut at ${bytes}`)
    }
  })

  it('are refused from a file with any byte changed, left out or added', async () => {
    const whole = new Uint8Array(readFileSync(file))
    const dice = new Seeded(20)
    const wrong = place('wrong.pars')
    for (let tries = 0; tries < 24; tries++) {
      const at = dice.below(whole.length)
      const changed = whole.slice()
      changed[at]! ^= 1 << dice.below(8)
      const parts = [
        changed,
        concat(whole.subarray(0, at), whole.subarray(at + 1)),
        concat(whole.subarray(0, at), Uint8Array.of(1), whole.subarray(at)),
        concat(whole, Uint8Array.of(0)),
      ]
      writeFileSync(wrong, parts[tries % parts.length]!)
      const copy = fresh()
      await assert.rejects(importData(folder(copy), wrong, quiet), isExportFault)
      assert.ok(!existsSync(path.join(copy, 'chain')))
    }
  })

  it('are refused from a forged file whose checksums are right', async () => {
    const records = await Array.fromAsync(readRecords(file))
    const dice = new Seeded(21)
    const forged = place('forged.pars')
    const names = new Set<string>()
    for (const [index, record] of records.entries()) {
      const name = nameOf(record)
      if (name === 'genesis' || name === 'key' || (names.has(name) && !dice.oneIn(6))) continue
      names.add(name)
      const other = flipped(record, dice)
      await assert.rejects(
        tryForged(forged, records.with(index, other)),
        isRefusal,
        `${name} ${index}`,
      )
      await assert.rejects(tryForged(forged, records.toSpliced(index, 1)), isRefusal, name)
    }
    assert.deepEqual([...names].toSorted(), ['accounts', 'block', 'code', 'manifest', 'slots'])
    const last = records.findLastIndex((record) => nameOf(record) === 'block')
    await assert.rejects(tryForged(forged, records.toSpliced(last, 1)), withCode('CHAIN_IMPORT'))
  })

  async function tryForged(at: string, records: readonly FileRecord[]): Promise<void> {
    rmSync(at, { force: true })
    await writeRecords(at, iterate(records))
    const copy = fresh()
    try {
      await importData(folder(copy), at, quiet)
    } finally {
      assert.ok(!existsSync(path.join(copy, 'chain')))
    }
  }

  it('are refused of another network than the one that was asked for', async () => {
    const network = devNetwork({ name: 'other' })
    const copy = fresh()
    await assert.rejects(
      importData(folder(copy), file, { ...quiet, network }),
      withCode('NODE_IMPORT_NETWORK'),
    )
    assert.ok(!existsSync(copy))
    await importData(folder(copy), file, { ...quiet, network: genesis })
  })

  it('leave a folder that no node runs on where an import was cut off, until it is done', async () => {
    const copy = fresh()
    const cut = place('half.pars')
    await cp(file, cut)
    truncateSync(cut, Math.floor(statSync(file).size / 2))
    await assert.rejects(importData(folder(copy), cut, quiet), isExportFault)
    await assert.rejects(
      openDataFolder(copy, formatGenesis(genesis)),
      withCode('NODE_DATA_INCOMPLETE'),
    )
    await importData(folder(copy), file, quiet)
    await openDataFolder(copy, formatGenesis(genesis))
    await withStore(copy, audit)
  })

  it('get their place although a crash came in between', async () => {
    const copy = fresh()
    const imported = await importData(folder(copy), file, quiet)
    const left = path.join(copy, 'import')
    await mkdir(left)
    renameSync(path.join(copy, 'chain'), path.join(left, 'chain'))
    const mark = { ...imported, head: imported.head.toString() }
    writeFileSync(path.join(left, 'complete'), JSON.stringify(mark))
    // The file is not even looked at: all of it was found right before.
    assert.deepEqual(await importData(folder(copy), place('gone.pars'), quiet), imported)
    assert.ok(!existsSync(left))
    await withStore(copy, audit)
  })

  it('that are wrong in the store are found', async () => {
    const number = 5n
    const damages: readonly (readonly [string, string, Uint8Array])[] = [
      ['header', 'CHAIN_BLOCK_WRONG', keys.header(number)],
      ['body', 'CHAIN_BLOCK_WRONG', keys.body(number)],
      ['receipts', 'CHAIN_BLOCK_WRONG', keys.receipts(number)],
      ['slot', 'CHAIN_STATE_WRONG', concat(fixed(0x73, 1), storeContract.address, fixed(2, 32))],
      ['account', 'CHAIN_STATE_WRONG', concat(fixed(0x61, 1), storeContract.address)],
    ]
    for (const [what, code, key] of damages) {
      const copy = fresh()
      await cp(data, copy, { recursive: true })
      await withStore(copy, async (store) => {
        const value = store.get(key)!.slice()
        value[value.length - 1]! ^= 1
        await store.write([{ type: 'put', key, value }], { sync: true })
      })
      await assert.rejects(
        verifyData(folder(copy), undefined, () => undefined),
        (error: unknown) =>
          isFault(error) && (error.code === code || error.code === 'STORE_CORRUPT'),
        what,
      )
    }
    const copy = fresh()
    await cp(data, copy, { recursive: true })
    await withStore(copy, async (store) => {
      const hash = store.get(keys.header(number))!
      assert.ok(hash.length > 0)
      const at = { gte: new TextEncoder().encode('x'), lt: new TextEncoder().encode('y'), limit: 1 }
      for await (const [key] of store.entries(at))
        await store.write([{ type: 'del', key: key.slice() }], { sync: true })
    })
    await assert.rejects(
      verifyData(folder(copy), undefined, () => undefined),
      withCode('CHAIN_BLOCK_WRONG'),
    )
  })

  it('are executed again from any block whose state is kept, and state is forgotten on demand', async () => {
    const copy = fresh()
    await cp(data, copy, { recursive: true })
    // As one that was killed leaves it.
    await cp(path.join(data, 'chain'), path.join(copy, 'scratch'), { recursive: true })
    for (const from of [1n, 4n, BigInt(blocks)]) {
      const found = await verifyData(folder(copy), from, () => undefined)
      assert.equal(found.executedFrom, Number(from))
    }
    await assert.rejects(
      pruneData(
        folder(copy),
        (head) => head + 1n,
        () => undefined,
      ),
      withCode('CHAIN_PRUNE_RANGE'),
    )
    const pruned = await pruneData(
      folder(copy),
      (head) => head - 3n,
      () => undefined,
    )
    assert.equal(pruned.after, BigInt(blocks - 3))
    await verifyData(folder(copy), BigInt(blocks - 2), () => undefined)
    await assert.rejects(
      verifyData(folder(copy), BigInt(blocks - 3), () => undefined),
      withCode('STATE_PRUNED'),
    )
    await verifyData(folder(copy), 0n, () => undefined)
    assert.ok(!existsSync(path.join(copy, 'scratch')))
    assert.deepEqual(
      await pruneData(
        folder(copy),
        () => 2n,
        () => undefined,
      ),
      {
        before: BigInt(blocks - 3),
        after: BigInt(blocks - 3),
      },
    )
  })

  it('that execution contradicts are found although every hash is right', async () => {
    const copy = fresh()
    await cp(data, copy, { recursive: true })
    const from = 6n
    await withStore(copy, async (store) => {
      // What an account had before that block: nothing but an execution looks at it.
      const key = oldKey(accountKey(accounts[0]!.address), from)
      const record = decodeRecord(store.get(key)!)
      const value = encodeRecord({ ...record, balance: record.balance + 1n })
      await store.write([{ type: 'put', key, value }], { sync: true })
    })
    await verifyData(folder(copy), undefined, () => undefined)
    await assert.rejects(
      verifyData(folder(copy), from, () => undefined),
      (error) => isFault(error, 'CHAIN_BLOCK_WRONG') && /stateRoot/.test(error.message),
    )
  })

  it('whose head is not that of their state are no chain', async () => {
    const copy = fresh()
    await cp(data, copy, { recursive: true })
    await withStore(copy, async (store) => {
      const value = height.encode(BigInt(blocks - 1))
      await store.write([{ type: 'put', key: keys.meta('head'), value }], { sync: true })
    })
    await assert.rejects(
      verifyData(folder(copy), undefined, () => undefined),
      withCode('STORE_CORRUPT'),
    )
  })
})

async function withStore(at: string, task: (store: Store) => Promise<void>): Promise<void> {
  const store = await openLevel(path.join(at, 'chain'))
  try {
    await task(store)
  } finally {
    await store.close()
  }
}

function nameOf(record: FileRecord): string {
  return new TextDecoder().decode(record[0])
}

const isExportFault = (error: unknown): boolean =>
  isFault(error, 'NODE_EXPORT_DAMAGED', 'NODE_EXPORT_FORMAT')

/** Whatever it is, it is a coded refusal. */
const isRefusal = (error: unknown): boolean => isFault(error)

async function* iterate<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* values
}

/** With one bit of its last leaf changed. */
function flipped(record: FileRecord, dice: Seeded): FileRecord {
  const [name, ...fields] = structuredClone(record) as [Uint8Array, ...FileRecord[number][]]
  let at: FileRecord[number] | undefined = fields[dice.below(fields.length)]
  while (at !== undefined && !(at instanceof Uint8Array)) {
    const inner: readonly FileRecord[number][] = at
    at = inner[dice.below(inner.length)]
  }
  if (at === undefined || at.length === 0) return [name]
  at[at.length - 1]! ^= 1
  return [name, ...fields]
}
