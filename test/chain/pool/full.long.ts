import assert from 'node:assert/strict'

import type { UnsignedTransaction } from '#protocol'

import { limits } from '../../../chain/pool/limits.ts'
import { weightOf } from '../../../chain/pool/weight.ts'
import { decode, gwei, Wallet } from '../pars/wallet.ts'
import { Pooled } from './pooled.ts'

const data = new Uint8Array(126_000)
const rich = new Wallet('rich')
const others = Array.from({ length: 9 }, (_, index) => new Wallet(`other ${index}`))

/** A large transaction that pays `tip` wei per gas above the base fee. */
function large(wallet: Wallet, tip: bigint, changes: Partial<UnsignedTransaction> = {}) {
  const fees = { maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: tip }
  return wallet.wire({ data, ...fees, ...changes })
}

/** As many as the pool holds, the best first: each pays two wei less than the one before it. */
const filling: readonly Uint8Array[] = (() => {
  const size = weightOf(decode(large(rich, gwei, { nonceKey: 1n, nonce: 1n })))
  const count = Math.floor(limits.bytes.value / size)
  return Array.from({ length: count }, (_, index) => {
    const turn = Math.floor(index / others.length)
    const nonceKey = BigInt(1 + (turn % 16))
    const nonce = BigInt(Math.floor(turn / 16))
    return large(others[index % others.length]!, tipAt(index), { nonceKey, nonce })
  })
})()

function tipAt(index: number): bigint {
  return 2n * gwei - 2n * BigInt(index)
}

const least = tipAt(filling.length - 1)
const [worst, nextWorst] = [filling.at(-1)!, filling.at(-2)!]

/** @param first What is there before the others, in place of as many of the worst of them. */
async function full(...first: readonly Uint8Array[]): Promise<Pooled> {
  const pooled = new Pooled(rich, ...others)
  for (const wire of first) await pooled.submit(wire)
  const rest = filling.slice(0, filling.length - first.length)
  for (let at = 0; at < rest.length; at += 100) await pooled.submitAll(rest.slice(at, at + 100))
  assert.equal(pooled.pool.size, filling.length)
  return pooled
}

function expectBounded({ pool }: Pooled): void {
  assert(pool.bytes <= limits.bytes.value)
  assert(pool.bytes > limits.bytes.value - weightOf(decode(worst)))
}

describe('a full pool', function () {
  this.timeout(30_000)

  it('lets the cheapest go for what pays more, one by one, and refuses what does not', async () => {
    const pooled = await full()
    expectBounded(pooled)
    const verified = pooled.verifications.length
    await assert.rejects(pooled.submit(large(rich, least)), { code: 'POOL_FULL' })
    assert.equal(pooled.verifications.length, verified)
    const more = large(rich, least + 1n)
    await pooled.submit(more)
    assert(pooled.has(more))
    assert(!pooled.has(worst))
    assert.equal(await pooled.evicted(worst), 'POOL_FULL')
    await pooled.submit(large(rich, gwei * 2n, { nonceKey: 1n }))
    assert(!pooled.has(more))
    assert(pooled.has(nextWorst))
    expectBounded(pooled)
  })

  it('takes nothing in for the sake of what has to wait', async () => {
    const pooled = await full()
    const second = large(rich, 50n * gwei, { nonce: 1n })
    await assert.rejects(pooled.submit(second), { code: 'POOL_FULL' })
    const cheap = large(rich, least + 1n)
    await pooled.submit(cheap)
    await assert.rejects(pooled.submit(second), { code: 'POOL_FULL' })
    assert(pooled.has(cheap))
    await pooled.submit(large(rich, 3n * gwei, { maxFeePerGas: 110n * gwei }))
    assert(!pooled.has(cheap))
    assert(pooled.has(nextWorst))
    await pooled.submit(second)
    assert(pooled.has(second))
    expectBounded(pooled)
  })

  it('makes room for what a replacement is larger by', async () => {
    const small = rich.wire({ maxFeePerGas: 50n * gwei, maxPriorityFeePerGas: 1n })
    const pooled = await full(small)
    const free = () => limits.bytes.value - pooled.pool.bytes
    for (let nonceKey = 1n; free() > 12_000; nonceKey++) {
      const most = data.subarray(0, free() - 8000)
      await pooled.submit(large(rich, 3n * gwei, { nonceKey, data: most }))
    }
    assert(pooled.has(nextWorst))
    const grown = large(rich, 3n * gwei)
    await pooled.submit(grown)
    assert(pooled.has(grown))
    assert.equal(await pooled.evicted(small), 'POOL_REPLACED')
    assert.equal(await pooled.evicted(nextWorst), 'POOL_FULL')
    expectBounded(pooled)
  })

  it('compares anew when the base fee has moved', async () => {
    const capped = large(rich, 3n * gwei, { maxFeePerGas: 4n * gwei })
    const pooled = await full(capped)
    await assert.rejects(pooled.submit(large(rich, 1n, { nonceKey: 1n })), { code: 'POOL_FULL' })
    pooled.position = { ...pooled.position, baseFee: 3n * gwei }
    pooled.pool.headChanged([])
    await pooled.submit(large(rich, 2n * gwei, { nonceKey: 1n }))
    assert(!pooled.has(capped))
    assert(pooled.has(nextWorst))
  })
})
