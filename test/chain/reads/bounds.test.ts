import assert from 'node:assert/strict'

import { concat, fixed, isFault, unhex } from '#base'
import { keccak256 } from '#crypto'
import { preset } from '#genesis'
import { discover } from '#precompiles'
import { openMemory, type Store } from '#storage'

import { bloomOf } from '../../../chain/block/bloom.ts'
import { height, keys, put } from '../../../chain/block/layout.ts'
import { packReceipts, unpackReceipts } from '../../../chain/block/receipt.ts'
import { blockChanges } from '../../../chain/block/sealed.ts'
import { parsProfile } from '../../../chain/pars/profile.ts'
import type { BlockRef, LogFilter, StoredReceipt } from '../../../chain/port.ts'
import type { Envelope, ChainProfile } from '../../../chain/profile.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { type Account, accounts, Network } from '../attacks/network.ts'

const [alice] = accounts as readonly [Account]

async function over<Result>(
  store: Store,
  profile: ChainProfile,
  read: (context: Parameters<typeof reads.logs>[0]) => Result,
): Promise<Result> {
  const reader = store.snapshot()
  try {
    return read({ reader, profile, interrupt: uninterrupted })
  } finally {
    await reader.close()
  }
}

describe('a search for logs', function () {
  this.timeout(60_000)

  it('ends at the logs or bytes that its caller takes', async () => {
    const network = await Network.start()
    // LOG0 of 1,000 bytes, twice
    const data = unhex('0x6103e85fa06103e85fa000')
    const made = await network.run(alice, { to: new Uint8Array(0), data })
    assert.equal(made?.logs.length, 2)
    const search = (change: Partial<LogFilter>): Promise<number> =>
      over(network.store, network.profile, (context) => {
        const all = { from: 0n, to: 9n, addresses: [], topics: [], limit: 2, byteLimit: 2000 }
        return reads.logs(context, { ...all, ...change }).length
      })
    assert.equal(await search({}), 2)
    await assert.rejects(search({ limit: 1 }), (error) => isFault(error, 'READ_TOO_MANY_LOGS'))
    await assert.rejects(search({ byteLimit: 1999 }), (error) => {
      assert.ok(isFault(error, 'READ_LOGS_TOO_LARGE'))
      assert.deepEqual(error.facts, { code: 'READ_LOGS_TOO_LARGE', bytes: 2000, limit: 1999 })
      return true
    })
    await network.close()
  })

  it('covers no more blocks than the limit', async () => {
    const profile = parsProfile(preset('devnet'), await discover())
    const store = openMemory()
    const blocks = BigInt(limits.logBlocks.value)
    await store.write([put(keys.meta('head'), height.encode(2n * blocks))], { sync: false })
    const filter = { from: 1n, addresses: [], topics: [], limit: 1, byteLimit: 1 }
    const search = (to: bigint): Promise<number> =>
      over(store, profile, (context) => reads.logs(context, { ...filter, to }).length)
    assert.equal(await search(blocks), 0)
    await assert.rejects(search(blocks + 1n), (error) => isFault(error, 'READ_LOG_RANGE'))
  })
})

/** Counts who looks at how long it is: whatever hashes it does. */
class Watched extends Uint8Array {
  looks = 0

  override get length(): number {
    this.looks++
    return super.length
  }
}

describe('a search for logs over many blocks', () => {
  it('hashes what it is to find once', async () => {
    const profile = parsProfile(preset('devnet'), await discover())
    const store = openMemory()
    const looks = async (blocks: bigint): Promise<number> => {
      await store.write([put(keys.meta('head'), height.encode(blocks))], { sync: false })
      const address = new Watched(20)
      const all = { from: 1n, to: blocks, topics: [], limit: 1, byteLimit: 1 }
      const found = await over(store, profile, (context) =>
        reads.logs(context, { ...all, addresses: [address] }),
      )
      assert.deepEqual(found, [])
      return address.looks
    }
    for (let number = 0n; number <= 9n; number++) {
      const header = { ...profile.genesis.header, stateRoot: new Uint8Array(32), number }
      const block = { header, hash: fixed(number, 32), envelopes: [], receipts: [], tail: [] }
      await store.write(blockChanges(block), { sync: false })
    }
    const once = await looks(1n)
    assert.ok(once > 0)
    assert.equal(await looks(9n), once)
  })
})

describe('fee history', function () {
  this.timeout(60_000)

  let store: Store
  let profile: ChainProfile
  const size = Math.floor(limits.feeHistoryTransactions.value / 2)

  /** Blocks 0 to 3 of `size` transactions each; the tip of one is its position. */
  before(async () => {
    profile = parsProfile(preset('devnet'), await discover())
    store = openMemory()
    const base = { ...profile.genesis.header, stateRoot: new Uint8Array(32), baseFeePerGas: 100n }
    const receipts = Array.from({ length: size }, (_, index) => receipt(100n + BigInt(index)))
    for (let number = 0n; number < 4n; number++) {
      const envelopes = Array.from({ length: size }, (_, index) => {
        const hash = concat(fixed(number, 16), fixed(index, 16))
        return { hash, wireHash: hash, wire: fixed(index, 4) } as Envelope
      })
      const header = { ...base, number, gasUsed: BigInt(size) * 10n }
      const hash = keccak256(fixed(number, 8))
      await store.write(blockChanges({ header, hash, envelopes, receipts, tail: [] }), {
        sync: false,
      })
    }
    await store.write([put(keys.meta('head'), height.encode(3n))], { sync: false })
  })

  it('covers no more blocks than the limit', async () => {
    const long = openMemory()
    const most = BigInt(limits.feeHistoryBlocks.value)
    for (let number = 0n; number <= most; number++) {
      const header = { ...profile.genesis.header, stateRoot: new Uint8Array(32), number }
      const block = { header, hash: fixed(number, 32), envelopes: [], receipts: [], tail: [] }
      await long.write(blockChanges(block), { sync: false })
    }
    await long.write([put(keys.meta('head'), height.encode(most))], { sync: false })
    const history = await over(long, profile, (context) =>
      reads.feeHistory(context, Number(most) + 1, 'latest', []),
    )
    assert.equal(history?.oldest, 1n)
    assert.equal(history.gasUsed.length, 1024)
  })

  const ask = (blocks: number, percentiles: readonly number[]) =>
    over(store, profile, (context) => reads.feeHistory(context, blocks, 'latest', percentiles))

  it('with rewards covers the newest blocks that the limit on transactions lets in', async () => {
    const plain = await ask(4, [])
    assert.equal(plain?.oldest, 0n)
    assert.equal(plain?.baseFees.length, 5)
    assert.deepEqual(plain?.rewards, [])
    const rewarded = await ask(4, [0, 50, 50, 100])
    assert.equal(rewarded?.oldest, 2n)
    const half = BigInt(size / 2 - 1)
    const expected = [0n, half, half, BigInt(size - 1)]
    assert.deepEqual(rewarded?.rewards, [expected, expected])
    assert.equal(rewarded?.baseFees.length, 3)
    assert.equal(rewarded?.gasUsed.length, 2)
  })

  it('covers no blocks when none are asked for', async () => {
    assert.deepEqual((await ask(0, []))?.baseFees, [])
  })

  it('refuses percentiles that do not ascend from 0 to 100, or are too many', async () => {
    const tooMany = Array.from({ length: limits.feeHistoryPercentiles.value + 1 }, () => 1)
    for (const percentiles of [[75, 25], [101], [-1], tooMany]) {
      await assert.rejects(ask(1, percentiles), (error) => isFault(error, 'READ_PERCENTILES'))
    }
  })
})

describe('a count of what a block holds', () => {
  it('reads no body and no receipts', async () => {
    const network = await Network.start()
    await network.run(alice, { to: alice.address })
    const read: string[] = []
    const reader = network.store.snapshot()
    const noting = {
      ...reader,
      get(key: Uint8Array) {
        read.push(String.fromCharCode(key[0] ?? 0))
        return reader.get(key)
      },
    }
    const context = { reader: noting, profile: network.profile, interrupt: uninterrupted }
    const ask = (ref: BlockRef) => reads.counts(context, ref)
    assert.deepEqual(ask('latest'), { transactions: 1, ommers: 0 })
    assert.deepEqual(ask('earliest'), { transactions: 0, ommers: 0 })
    assert.equal(ask({ number: 99n }), undefined)
    assert.deepEqual(new Set(read), new Set(['m', 'b']))
    await reader.close()
    await network.close()
  })
})

describe('the nonce of an account', () => {
  it('is its own, or that of the lane that is named', async () => {
    const network = await Network.start()
    await network.run(alice, { to: alice.address, nonceKey: 7n })
    const ask = (nonceKey?: bigint) =>
      over(network.store, network.profile, (context) =>
        reads.nonce(context, alice.address, 'latest', nonceKey),
      )
    assert.deepEqual([await ask(), await ask(0n), await ask(7n), await ask(8n)], [0n, 0n, 1n, 0n])
    await network.close()
  })
})

describe('a stored receipt', () => {
  it('has the bloom of its logs when it is looked at, and on the other side of a thread', () => {
    const logs = [{ address: alice.address, topics: [fixed(1, 32)], data: fixed(2, 32) }]
    const [read] = unpackReceipts(packReceipts([{ ...receipt(1n), logs }]))
    assert.equal(typeof Object.getOwnPropertyDescriptor(read, 'logsBloom')?.get, 'function')
    assert.deepEqual(read?.logsBloom, bloomOf(logs))
    assert.deepEqual(structuredClone(read)?.logsBloom, bloomOf(logs))
  })
})

function receipt(effectiveGasPrice: bigint): StoredReceipt {
  return {
    type: 0x50,
    status: 1,
    gasUsed: 10n,
    cumulativeGasUsed: 10n,
    effectiveGasPrice,
    sender: alice.address,
    logs: [],
    logsBloom: bloomOf([]),
  }
}
