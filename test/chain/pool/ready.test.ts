import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { blockBytes } from '../../../chain/pars/limits.ts'
import { nextNonce, stateFault } from '../../../chain/pars/validity.ts'
import { Heap } from '../../../chain/pool/heap.ts'
import { limits } from '../../../chain/pool/limits.ts'
import { idOf } from '../pars/memory-block.ts'
import { decode, gwei, Wallet } from '../pars/wallet.ts'
import { Pooled } from './pooled.ts'

const wallets = Array.from({ length: 4 }, (_, index) => new Wallet(`ready ${index}`))
const [alice, bob, carol] = wallets as [Wallet, Wallet, Wallet]

function tip(gweis: bigint): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
  return { maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: gweis * gwei }
}

describe('what the pool has ready', () => {
  it('is in the order of what it pays, and of arrival among equals', async () => {
    const pooled = new Pooled(...wallets)
    const [low, high, same] = [alice.wire(tip(1n)), bob.wire(tip(3n)), carol.wire(tip(3n))]
    for (const wire of [low, high, same]) await pooled.submit(wire)
    assert.deepEqual(pooled.ready(), [high, same, low].map(idOf))
  })

  it('counts what is paid at this base fee, not what is offered', async () => {
    const pooled = new Pooled(...wallets)
    const boast = alice.wire({ maxFeePerGas: 10n * gwei, maxPriorityFeePerGas: 10n * gwei })
    const plain = bob.wire({ maxFeePerGas: 100n * gwei, maxPriorityFeePerGas: 2n * gwei })
    for (const wire of [boast, plain]) await pooled.submit(wire)
    assert.deepEqual(pooled.ready(), [boast, plain].map(idOf))
    pooled.position = { ...pooled.position, baseFee: 9n * gwei }
    assert.deepEqual(pooled.ready(), [plain, boast].map(idOf))
  })

  it('is no more than a block asks for, without a look at the others', async () => {
    const pooled = new Pooled(...wallets)
    const nonces = Array.from({ length: 9 }, (_, nonce) => BigInt(nonce))
    await pooled.submitAll(nonces.map((nonce) => alice.wire({ nonce, ...tip(1n) })))
    let asked = 0
    const room = { gas: 30_000_000n, bytes: 8_000_000, transactions: 1 }
    const ready = pooled.pool.ready(room, () => {
      asked++
      return 'take'
    })
    assert.deepEqual([ready.length, ready[0]?.fields.nonce], [1, 0n])
    assert.ok(asked <= 2, `${asked} looked at`)
  })

  it('keeps each lane in the order of its nonces, up to its first gap', async () => {
    const pooled = new Pooled(...wallets)
    const wires = [
      alice.wire({ nonce: 0n, ...tip(1n) }),
      alice.wire({ nonce: 1n, ...tip(9n) }),
      alice.wire({ nonce: 3n, ...tip(9n) }),
      alice.wire({ nonceKey: 5n, ...tip(4n) }),
      bob.wire(tip(2n)),
    ]
    await pooled.submitAll(wires)
    const [first, second, , lane, others] = wires.map(idOf)
    assert.deepEqual(pooled.ready(), [lane, others, first, second])
  })

  it('leaves out a large transaction that does not fit, and what waits for it', async () => {
    const pooled = new Pooled(...wallets)
    const large = alice.wire({ gasLimit: 10_000_000n, ...tip(9n) })
    const waiting = alice.wire({ nonce: 1n, ...tip(9n) })
    const small = bob.wire(tip(1n))
    await pooled.submitAll([large, waiting, small])
    assert.deepEqual(pooled.ready(9_999_999n), [small].map(idOf))
    assert.deepEqual(pooled.ready(10_000_000n), [large].map(idOf))
    assert.deepEqual(pooled.ready(10_090_056n), [large, waiting, small].map(idOf))
  })

  it('passes over what is on its way already, and leaves what it may not take with its lane', async () => {
    const pooled = new Pooled(...wallets)
    const wires = [
      alice.wire({ nonce: 0n, ...tip(1n) }),
      alice.wire({ nonce: 1n, ...tip(1n) }),
      bob.wire({ nonce: 0n, ...tip(2n) }),
      bob.wire({ nonce: 1n, ...tip(9n) }),
      carol.wire(tip(1n)),
    ]
    await pooled.submitAll(wires)
    const [underway, after, foreign] = wires.map(idOf)
    const room = { gas: 30_000_000n, bytes: 1_000_000 }
    const chosen = pooled.pool.ready(room, ({ wireHash }) => {
      const id = wireHash.toHex()
      if (id === underway) return 'pass'
      return id === foreign ? 'leave' : 'take'
    })
    assert.deepEqual(
      chosen.map(({ wireHash }) => wireHash.toHex()),
      [after, idOf(wires[4]!)],
    )
  })

  it('fits into the bytes as a block counts them', async () => {
    const pooled = new Pooled(...wallets)
    const [a, b] = [alice.wire(tip(2n)), bob.wire(tip(1n))]
    await pooled.submitAll([a, b])
    const bytes = blockBytes(a) + blockBytes(b)
    assert.deepEqual(pooled.ready(1_000_000n, bytes), [a, b].map(idOf))
    assert.deepEqual(pooled.ready(1_000_000n, bytes - 1), [a].map(idOf))
  })

  it('ends where a while nothing fits any more', async () => {
    const many = Array.from({ length: 17 }, (_, index) => new Wallet(`many ${index}`))
    const pooled = new Pooled(bob, ...many)
    const lanes = Array.from({ length: limits.misfits.value }, (_, index) => {
      const large = { gasLimit: 1_000_000n, ...tip(9n) }
      return many[index >> 4]!.wire({ nonceKey: BigInt(1 + (index % 16)), ...large })
    })
    const small = bob.wire(tip(1n))
    await pooled.submitAll([...lanes.slice(1), small])
    assert.deepEqual(pooled.ready(999_999n), [small].map(idOf))
    await pooled.submit(lanes[0]!)
    assert.deepEqual(pooled.ready(999_999n), [])
  })

  it('stays in the pool', async () => {
    const pooled = new Pooled(...wallets)
    await pooled.submit(alice.wire())
    assert.deepEqual(pooled.ready(), pooled.ready())
    assert.equal(pooled.ready().length, 1)
  })

  it('runs, one after the other, whatever came and whatever was mined', async () => {
    const wires = new Map<string, Uint8Array>()
    const wireOf = (sender: number, nonceKey: bigint, nonce: bigint, fee: number) => {
      const id = [sender, nonceKey, nonce, fee].join()
      const fees = { maxFeePerGas: BigInt(fee) * gwei, maxPriorityFeePerGas: gwei }
      const wire = wires.get(id) ?? wallets[sender]!.wire({ nonceKey, nonce, ...fees })
      wires.set(id, wire)
      return wire
    }
    const step = fc.oneof(
      fc.record({
        sender: fc.nat(3),
        nonceKey: fc.bigInt(0n, 1n),
        nonce: fc.bigInt(0n, 3n),
        fee: fc.constantFrom(2, 3, 8),
      }),
      fc.record({ mine: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ baseFee: fc.bigInt(1n, 9n) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const pooled = new Pooled(...wallets)
        for (const one of steps) {
          if ('sender' in one) {
            const wire = wireOf(one.sender, one.nonceKey, one.nonce, one.fee)
            await pooled.submit(wire).catch(() => undefined)
          } else if ('mine' in one) {
            const room = { gas: 30_000_000n, bytes: 1_000_000 }
            pooled.mine(
              ...pooled.pool
                .ready(room)
                .slice(0, one.mine)
                .map(({ wire }) => wire),
            )
          } else {
            pooled.position = { ...pooled.position, baseFee: one.baseFee * gwei }
            pooled.pool.headChanged([])
          }
        }
        expectRunnable(pooled)
      }),
      { numRuns: 100 },
    )
  })
})

/** Every transaction that is ready is valid once those before it have run. */
function expectRunnable(pooled: Pooled): void {
  const { view, position, pool } = pooled
  for (const { wire } of pool.ready({ gas: 30_000_000n, bytes: 1_000_000 })) {
    const envelope = decode(wire)
    assert.equal(stateFault(envelope, view, position)?.code, undefined)
    const { sender, fields } = envelope
    assert.equal(nextNonce(view, sender, fields.nonceKey), fields.nonce)
    pooled.mine(wire)
  }
}

describe('a heap', () => {
  it('gives its items in order, pushed before or between', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (first, later) => {
        const heap = new Heap<number>((a, b) => a < b, first)
        const [least] = [heap.pop()]
        for (const item of later) heap.push(item)
        const rest: number[] = []
        for (let item = heap.pop(); item !== undefined; item = heap.pop()) rest.push(item)
        const sorted = first.toSorted((a, b) => a - b)
        assert.equal(least, sorted[0])
        assert.deepEqual(
          rest,
          [...sorted.slice(1), ...later].toSorted((a, b) => a - b),
        )
      }),
    )
  })
})
