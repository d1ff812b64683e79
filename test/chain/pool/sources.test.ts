import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { Fault, fixed } from '#base'
import { isObjective } from '#chain'

import { ExpiredSlots } from '../../../chain/pool/expired.ts'
import { Forgeries } from '../../../chain/pool/forgeries.ts'
import { limits } from '../../../chain/pool/limits.ts'
import { Rates } from '../../../chain/pool/rate.ts'
import type { Source } from '../../../chain/port.ts'
import { idOf } from '../pars/memory-block.ts'
import { forged, gwei, Wallet } from '../pars/wallet.ts'
import { client, peer, Pooled, turns } from './pooled.ts'

const alice = new Wallet('alice')
const bob = new Wallet('bob')

/** The code with which the pool refuses `wire`. */
async function refusal(pooled: Pooled, wire: Uint8Array, source: Source): Promise<Fault> {
  const [outcome] = await Promise.allSettled([pooled.pool.submit(wire, source)])
  assert(outcome?.status === 'rejected' && outcome.reason instanceof Fault)
  return outcome.reason
}

describe('rates', () => {
  const init = {
    transactions: { perSecond: 10, burst: 3 },
    bytes: { perSecond: 1000, burst: 2000 },
    sources: 2,
  }

  it('give back with time, up to the burst', () => {
    const rates = new Rates(init)
    const take = (now: number, count: number) =>
      Array.from({ length: count }, () => rates.take('a', 1, now))
    const out = 'transactions'
    assert.deepEqual(take(0, 4), [undefined, undefined, undefined, out])
    assert.deepEqual(take(99, 1), [out])
    assert.deepEqual(take(200, 3), [undefined, undefined, out])
    assert.deepEqual(take(60_000, 4), [undefined, undefined, undefined, out])
  })

  it('count bytes too, and charge nothing for what they refuse', () => {
    const rates = new Rates(init)
    assert.equal(rates.take('a', 1500, 0), undefined)
    assert.equal(rates.take('a', 501, 0), 'bytes')
    assert.equal(rates.take('a', 500, 0), undefined)
    assert.equal(rates.take('a', 2001, 60_000), 'bytes')
    assert.equal(rates.take('a', 2000, 60_000), undefined)
  })

  it('forget the source that was seen least recently', () => {
    const rates = new Rates(init)
    const empty = (source: string, now: number) => {
      while (rates.take(source, 1, now) === undefined);
    }
    empty('a', 0)
    empty('b', 0)
    assert.equal(rates.take('a', 1, 0), 'transactions')
    empty('c', 0)
    assert.equal(rates.take('a', 1, 0), 'transactions')
    assert.equal(rates.take('b', 1, 0), undefined)
    assert.equal(rates.size, 2)
  })
})

describe('the pool and peers', () => {
  it('takes 200 transactions a second from each, and a mebibyte', async () => {
    const pooled = new Pooled()
    const small = alice.wire()
    const codes = async (wire: Uint8Array, source: Source, count: number) => {
      const all = Array.from({ length: count }, () => refusal(pooled, wire, source))
      return (await Promise.all(all)).map(({ code }) => code)
    }
    const first = await codes(small, peer('one'), 201)
    assert.deepEqual(new Set(first.slice(0, 200)), new Set(['TX_UNFUNDED']))
    assert.equal(first[200], 'POOL_RATE')
    const large = alice.wire({ data: new Uint8Array(126_000) })
    const fitting = Math.floor(limits.peerByteRate.value / large.length)
    const many = await codes(large, peer('two'), fitting + 1)
    assert.deepEqual(new Set(many.slice(0, fitting)), new Set(['TX_UNFUNDED']))
    assert.equal(many[fitting], 'POOL_RATE')
    pooled.clock.advance(1000)
    assert.deepEqual(new Set(await codes(large, peer('two'), fitting)), new Set(['TX_UNFUNDED']))
  })

  it('says which of the two it is that a peer has used up', async () => {
    const pooled = new Pooled()
    const spend = async (wire: Uint8Array, source: Source) => {
      for (;;) {
        const { facts } = await refusal(pooled, wire, source)
        if (facts.code === 'POOL_RATE') return facts
      }
    }
    const large = alice.wire({ data: new Uint8Array(126_000) })
    const { peerRate, peerByteRate } = limits
    const code = 'POOL_RATE'
    assert.deepEqual(
      [await spend(alice.wire(), peer('one')), await spend(large, peer('two'))],
      [
        { code, source: 'peer one', spent: 'transactions', limit: peerRate.value },
        { code, source: 'peer two', spent: 'bytes', limit: peerByteRate.value },
      ],
    )
  })

  it('charges a client and a peer of one name apart', async () => {
    const pooled = new Pooled()
    pooled.view.set(bob.address, { balance: 10n ** 21n })
    for (let value = 0n; value < 200n; value++) {
      await refusal(pooled, forged(bob.wire({ value })), client('one'))
    }
    const wire = alice.wire()
    assert.equal((await refusal(pooled, wire, client('one'))).code, 'POOL_RATE')
    assert.equal((await refusal(pooled, wire, peer('one'))).code, 'TX_UNFUNDED')
  })

  it('takes nothing of the rate of a client for what costs no verification', async () => {
    const pooled = new Pooled(bob)
    const [pooledBefore, forgery] = [bob.wire({ nonce: 1n }), forged(bob.wire({ nonce: 2n }))]
    const garbage = [Uint8Array.of(0x50), alice.wire(), bob.wire({ chainId: 1n }), forgery]
    await pooled.pool.submit(pooledBefore, client('one'))
    for (let count = 0; count < 250; count++) {
      for (const wire of garbage) await refusal(pooled, wire, client('one'))
      await pooled.pool.submit(pooledBefore, client('one'))
    }
    await pooled.pool.submit(bob.wire(), client('one'))
    assert.equal(pooled.pool.size, 2)
    // A peer pays for all of it.
    for (let count = 0; count < 200; count++) await refusal(pooled, garbage[1]!, peer('one'))
    assert.equal((await refusal(pooled, bob.wire({ nonce: 3n }), peer('one'))).code, 'POOL_RATE')
  })

  it('verifies no more of a peer that sent a forgery, and all of a client', async () => {
    for (const [source, verified] of [
      [peer('bad'), 4],
      [client('careless'), 16],
    ] as const) {
      const wallets = Array.from({ length: 16 }, (_, index) => new Wallet(`relayed ${index}`))
      const pooled = new Pooled(...wallets)
      const gate = Promise.withResolvers<void>()
      pooled.beforeVerification = () => gate.promise
      const outcomes = Promise.allSettled(
        wallets.map((wallet) => pooled.pool.submit(forged(wallet.wire()), source)),
      )
      await turns()
      assert.equal(pooled.verifications.length, pooled.verifier.width)
      gate.resolve()
      await outcomes
      assert(pooled.verifications.length >= verified)
      assert(pooled.verifications.length <= verified + pooled.verifier.width)
      assert.equal(pooled.verifier.waiting('pool'), 0)
    }
  })

  it('spends nothing on what lost its place while it waited', async () => {
    const wallets = Array.from({ length: 4 }, (_, index) => new Wallet(`busy ${index}`))
    const pooled = new Pooled(alice, ...wallets)
    const gate = Promise.withResolvers<void>()
    pooled.beforeVerification = () => gate.promise
    const busy = wallets.map((wallet) => pooled.submit(wallet.wire()))
    await turns()
    const rivals = Array.from({ length: 20 }, (_, value) => alice.wire({ value: BigInt(value) }))
    const outcomes = Promise.allSettled(
      rivals.map((wire) => pooled.pool.submit(wire, peer('rivals'))),
    )
    await turns()
    const head = alice.wire({ value: 99n })
    pooled.mine(head)
    gate.resolve()
    await Promise.all(busy)
    for (const outcome of await outcomes) {
      assert(outcome.status === 'rejected' && outcome.reason.code === 'TX_NONCE_TOO_LOW')
    }
    assert.equal(pooled.verifications.length, wallets.length)
  })

  it('takes no more while the disk is far behind, and goes on when it is not', async () => {
    const wallets = Array.from({ length: 4 }, (_, index) => new Wallet(`large ${index}`))
    const pooled = new Pooled(alice, ...wallets)
    const gate = Promise.withResolvers<void>()
    pooled.beforeWrite = () => gate.promise
    const data = new Uint8Array(120_000)
    const large = wallets.flatMap((wallet) =>
      Array.from({ length: 40 }, (_, nonce) => wallet.wire({ data, nonce: BigInt(nonce) })),
    )
    const first = large.slice(0, 120).map((wire) => pooled.submit(wire))
    while (pooled.verifications.length < first.length) await turns()
    const rest = large.slice(first.length).map((wire) => pooled.submit(wire))
    const refused = rest.map((one) => one.catch(({ code }) => assert.equal(code, 'POOL_BUSY')))
    await Promise.any(refused)
    const late = alice.wire()
    await assert.rejects(pooled.submit(late), { code: 'POOL_BUSY' })
    gate.resolve()
    await Promise.all([...first, ...refused])
    const most = limits.storing.value / large[0]!.length + pooled.verifier.width + 1
    assert(pooled.pool.size <= most)
    await pooled.submit(late)
    assert(pooled.has(late))
  })

  it('lets nobody wait behind another peer that floods', async () => {
    const wallets = Array.from({ length: 100 }, (_, index) => new Wallet(`flood ${index}`))
    const pooled = new Pooled(alice, ...wallets)
    const gate = Promise.withResolvers<void>()
    pooled.beforeVerification = () => gate.promise
    const flood = wallets.map((wallet) => pooled.pool.submit(wallet.wire(), peer('flood')))
    await turns()
    const honest = alice.wire()
    // The flooding peer has it too, at the end of its line.
    const copy = pooled.pool.submit(honest, peer('flood'))
    const own = pooled.pool.submit(honest, peer('quiet'))
    gate.resolve()
    await Promise.all([...flood, copy, own])
    const place = pooled.verifications.indexOf(idOf(honest))
    assert(place <= pooled.verifier.width + 1, `${place} before it`)
    assert.equal(pooled.verifications.length, 101)
  })
})

describe('an objective verdict', () => {
  it('is given on what the bytes rule out and on a forgery', async () => {
    const pooled = new Pooled(alice)
    const wrong = [
      Uint8Array.of(0x02, 0xc0),
      Uint8Array.of(0x51),
      new Uint8Array(200_000).fill(0x50),
      alice.wire().subarray(0, 500),
      alice.wire({ chainId: 1n }),
      alice.wire({ gasLimit: 45_027n }),
      alice.wire({ maxPriorityFeePerGas: 11n * gwei }),
      alice.wire({ to: new Uint8Array(0), nonceKey: 1n, gasLimit: 500_000n }),
      forged(alice.wire()),
    ]
    for (const wire of wrong) {
      const fault = await refusal(pooled, wire, peer('any'))
      assert(isObjective(fault), fault.code)
    }
    const again = await refusal(pooled, wrong.at(-1)!, peer('other'))
    assert(isObjective(again), 'also from memory')
  })

  it('is never given on state, quotas, or a busy node', async () => {
    const pooled = new Pooled(alice)
    pooled.view.set(alice.address, { nonce: 5n })
    const refused: Fault[] = []
    const refuse = async (wire: Uint8Array) => {
      refused.push(await refusal(pooled, wire, peer('any')))
    }
    await refuse(alice.wire({ nonce: 5n, validUntil: 999n }))
    await refuse(alice.wire({ nonce: 5n, validUntil: 1010n }))
    await refuse(bob.wire({ sender: alice.address, nonce: 5n }))
    await refuse(alice.wire({ key: alice.keyHash, nonce: 5n }))
    await refuse(alice.wire({ nonce: 4n }))
    await refuse(alice.wire({ nonce: 100n }))
    await refuse(alice.wire({ nonce: 5n, maxFeePerGas: gwei - 1n, maxPriorityFeePerGas: 0n }))
    await refuse(bob.wire())
    const { position } = pooled
    pooled.position = { ...position, blockGasLimit: 40_000n }
    await refuse(alice.wire({ nonce: 5n }))
    pooled.position = position
    await pooled.submit(alice.wire({ nonce: 5n }))
    await refuse(alice.wire({ nonce: 5n, value: 2n }))
    pooled.view.set(alice.address, { hasCode: true })
    await refuse(alice.wire({ nonce: 6n }))
    assert.equal(new Set(refused.map(({ code }) => code)).size, 11)
    for (const fault of refused) assert(!isObjective(fault), fault.code)
    for (const code of ['POOL_BUSY', 'POOL_RATE', 'STATE_MISSING_BYTES', 'CHAIN_THREAD_LOST']) {
      assert(!isObjective(new Fault({ code })))
    }
    assert(!isObjective(new TypeError('out of memory')))
  })
})

describe('known forgeries', () => {
  it('are the latest, up to a bound', () => {
    const forgeries = new Forgeries()
    for (let count = 0; count <= limits.rejected.value; count++) forgeries.add(fixed(count, 32))
    assert.equal(forgeries.size, limits.rejected.value)
    assert(!forgeries.has(fixed(0, 32)))
    assert(forgeries.has(fixed(1, 32)))
    assert(forgeries.has(fixed(limits.rejected.value, 32)))
  })
})

describe('slots of expired transactions', () => {
  it('are taken for ten minutes, as a list of them says', () => {
    const event = fc.record({
      sender: fc.constantFrom('a', 'b', 'c'),
      after: fc.integer({ min: 0, max: 200_000 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const slots = new ExpiredSlots()
        const model: { sender: string; until: number }[] = []
        let now = 0
        for (const { sender, after } of events) {
          now += after
          slots.add(sender, now)
          model.push({ sender, until: now + limits.expiredSlot.value })
          for (const each of ['a', 'b', 'c']) {
            const taken = model.filter((one) => one.sender === each && one.until >= now)
            assert.equal(slots.count(each, now), taken.length)
          }
        }
      }),
    )
  })

  it('are remembered up to a bound, the latest', () => {
    const slots = new ExpiredSlots()
    slots.add('first', 0)
    for (let count = 0; count < limits.expiredSlots.value; count++) slots.add('others', 0)
    assert.equal(slots.count('first', 0), 0)
    assert.equal(slots.count('others', 0), limits.expiredSlots.value)
  })
})
