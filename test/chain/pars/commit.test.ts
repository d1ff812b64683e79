import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { limits } from '../../../chain/pars/limits.ts'
import { idOf, MemoryChain } from './memory-block.ts'
import { MemoryView } from './memory-view.ts'
import { forged, gwei, Wallet } from './wallet.ts'

const alice = new Wallet('alice')
const bob = new Wallet('bob')
const position = { timestamp: 100n, baseFee: gwei, blockGasLimit: 30_000_000n }

function funded(...wallets: readonly Wallet[]): MemoryView {
  const view = new MemoryView()
  for (const { address } of wallets) view.set(address, { balance: 10n ** 21n })
  return view
}

function ids(...wires: readonly Uint8Array[]): string[] {
  return wires.map(idOf)
}

describe('the order of a commit', () => {
  it('runs bodies in order, and each in its order', async () => {
    const [a0, a1] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    const b0 = bob.wire()
    const chain = new MemoryChain(funded(alice, bob), position)
    const outcome = await chain.run([{ wires: [a0, b0] }, { wires: [a1] }])
    assert.deepEqual(outcome, { blocks: [ids(a0, b0, a1)], skipped: [], broken: [] })
  })

  it('gives the same blocks for any order of one lane, the gaps being parked', async () => {
    const wires = Array.from({ length: 6 }, (_, nonce) => alice.wire({ nonce: BigInt(nonce) }))
    const order = fc.shuffledSubarray(wires, { minLength: 6, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(order, fc.nat(6), async (shuffled, cut) => {
        const bodies = [{ wires: shuffled.slice(0, cut) }, { wires: shuffled.slice(cut) }]
        const outcome = await new MemoryChain(funded(alice), position).run(bodies)
        assert.deepEqual(outcome, { blocks: [ids(...wires)], skipped: [], broken: [] })
      }),
      { numRuns: 30 },
    )
  })

  it('parks lanes apart from each other and from the account nonce', async () => {
    const laneLater = alice.wire({ nonceKey: 9n, nonce: 1n })
    const accountLater = alice.wire({ nonce: 1n })
    const laneFirst = alice.wire({ nonceKey: 9n, nonce: 0n })
    const wires = [laneLater, accountLater, laneFirst]
    const outcome = await new MemoryChain(funded(alice), position).run([{ wires }])
    assert.deepEqual(outcome.blocks, [ids(laneFirst, laneLater)])
    assert.deepEqual(outcome.skipped, [[idOf(accountLater), 'TX_NONCE_GAP']])
  })

  it('returns what is still parked at the end', async () => {
    const [second, fourth] = [alice.wire({ nonce: 1n }), alice.wire({ nonce: 3n })]
    const first = alice.wire({ nonce: 0n })
    const wires = [fourth, second, first]
    const outcome = await new MemoryChain(funded(alice), position).run([{ wires }])
    assert.deepEqual(outcome.blocks, [ids(first, second)])
    assert.deepEqual(outcome.skipped, [[idOf(fourth), 'TX_NONCE_GAP']])
    assert.deepEqual(outcome.broken, [])
  })

  it('parks up to 63 nonces ahead and skips what is further off', async () => {
    const near = alice.wire({ nonce: 63n })
    const far = alice.wire({ nonce: 64n })
    const chain = new MemoryChain(funded(alice), position)
    const before = Array.from({ length: 63 }, (_, nonce) => alice.wire({ nonce: BigInt(nonce) }))
    const outcome = await chain.run([{ wires: [far, near, ...before] }])
    assert.deepEqual(outcome.blocks, [ids(...before, near)])
    assert.deepEqual(outcome.skipped, [[idOf(far), 'TX_NONCE_GAP']])
    assert(!chain.verifications.includes(idOf(far)))
  })

  it('keeps the first that was parked for a nonce', async () => {
    const first = alice.wire({ nonce: 1n, value: 1n })
    const second = alice.wire({ nonce: 1n, value: 2n })
    const before = alice.wire({ nonce: 0n })
    const wires = [first, second, before]
    const outcome = await new MemoryChain(funded(alice), position).run([{ wires }])
    assert.deepEqual(outcome.blocks, [ids(before, first)])
    assert.deepEqual(outcome.skipped, [[idOf(second), 'TX_NONCE_GAP']])
  })

  it('looks again at what was parked when its turn comes', async () => {
    const view = funded(bob)
    const cost = 45_028n * 10n * gwei + 1n
    view.set(alice.address, { balance: cost })
    const [first, second] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    const outcome = await new MemoryChain(view, position).run([{ wires: [second, first] }])
    assert.deepEqual(outcome.blocks, [ids(first)])
    assert.deepEqual(outcome.skipped, [[idOf(second), 'TX_UNFUNDED']])
  })

  it('runs one of two encodings of a payload, in any place', async () => {
    const [first, twin] = [alice.wire(), alice.wire()]
    const view = funded(alice)
    const outcome = await new MemoryChain(view, position).run([
      { wires: [first, twin] },
      { wires: [first] },
    ])
    assert.deepEqual(outcome.blocks, [ids(first)])
    assert.deepEqual(outcome.skipped, [[idOf(twin), 'TX_NONCE_TOO_LOW']])
    assert.deepEqual(outcome.broken, [])
  })

  it('does not report a parked copy that ran later', async () => {
    const later = alice.wire({ nonce: 1n })
    const first = alice.wire({ nonce: 0n })
    const outcome = await new MemoryChain(funded(alice), position).run([
      { wires: [later, later, first, later] },
    ])
    assert.deepEqual(outcome, { blocks: [ids(first, later)], skipped: [], broken: [] })
  })
})

describe('a body with a fault', () => {
  it('ends at a signature that does not verify, and only that body ends', async () => {
    const [a0, a1, a2] = [0n, 1n, 2n].map((nonce) => alice.wire({ nonce })) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const b0 = bob.wire()
    const bad = forged(a1)
    const chain = new MemoryChain(funded(alice, bob), position)
    const outcome = await chain.run([{ wires: [a0, bad, a1, a2] }, { wires: [b0, a1] }])
    assert.deepEqual(outcome.blocks, [ids(a0, b0, a1)])
    assert.deepEqual(outcome.skipped, [[idOf(bad), 'TX_BAD_SIGNATURE']])
    assert.deepEqual(outcome.broken, [0])
  })

  it('ends before bytes that are no transaction of this network', async () => {
    const [first, last] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    for (const wrong of [
      Uint8Array.of(0x50),
      Uint8Array.of(0x02, 0xc0),
      bob.wire({ chainId: 1n }),
      bob.wire({ gasLimit: 21_000n }),
    ]) {
      const chain = new MemoryChain(funded(alice, bob), position)
      const outcome = await chain.run([{ wires: [first, wrong, last] }])
      assert.deepEqual(outcome, { blocks: [ids(first)], skipped: [], broken: [0] })
    }
  })

  it('is named once when it has two of them', async () => {
    const wires = [forged(alice.wire()), Uint8Array.of(0)]
    const outcome = await new MemoryChain(funded(alice), position).run([{ wires }])
    assert.deepEqual(outcome.broken, [0])
  })

  it('goes on after a transaction that state refuses, however it is signed', async () => {
    const poor = new Wallet('poor')
    const [a0, a1] = [alice.wire({ nonce: 0n }), alice.wire({ nonce: 1n })]
    const wires = [a0, forged(poor.wire()), forged(alice.wire({ nonce: 0n })), a1]
    const chain = new MemoryChain(funded(alice), position)
    const outcome = await chain.run([{ wires }])
    assert.deepEqual(outcome.blocks, [ids(a0, a1)])
    assert.deepEqual(
      outcome.skipped.map(([, code]) => code),
      ['TX_UNFUNDED', 'TX_NONCE_TOO_LOW'],
    )
    assert.deepEqual(outcome.broken, [])
  })

  it('ends at a forged transaction that would have been parked', async () => {
    const [first, bad] = [alice.wire({ nonce: 0n }), forged(alice.wire({ nonce: 5n }))]
    const outcome = await new MemoryChain(funded(alice), position).run([{ wires: [bad, first] }])
    assert.deepEqual(outcome.blocks, [[]])
    assert.deepEqual(outcome.broken, [0])
  })

  it('of garbage costs few verifications', async () => {
    const wallets = Array.from({ length: 40 }, (_, index) => new Wallet(`garbage ${index}`))
    const chain = new MemoryChain(funded(...wallets), position)
    await chain.run([{ wires: wallets.map((wallet) => forged(wallet.wire())) }])
    assert(chain.verifications.length <= 1 + limits.verifiedAhead.value)
  })

  it('of copies of a used nonce costs no verification', async () => {
    const view = funded(alice)
    view.set(alice.address, { nonce: 1n })
    const chain = new MemoryChain(view, position)
    const wire = alice.wire()
    const wires = Array.from({ length: 40 }, () => forged(wire))
    await chain.run([{ wires }])
    assert.deepEqual(chain.verifications, [])
  })
})

describe('verification in a commit', () => {
  it('leaves out what this node has verified before', async () => {
    const [a0, b0] = [alice.wire(), bob.wire()]
    const chain = new MemoryChain(funded(alice, bob), position)
    const outcome = await chain.run([{ wires: [a0, b0] }], [idOf(a0)])
    assert.deepEqual(outcome.blocks, [ids(a0, b0)])
    assert.deepEqual(chain.verifications, ids(b0))
  })

  it('judges each encoding once', async () => {
    const bad = forged(alice.wire())
    const chain = new MemoryChain(funded(alice), position)
    const outcome = await chain.run([{ wires: [bad] }, { wires: [bad] }, { wires: [bad] }])
    assert.deepEqual(outcome.broken, [0, 1, 2])
    assert.deepEqual(chain.verifications, ids(bad))
  })

  it('takes the key of a transaction that names only its hash from state', async () => {
    const view = funded(alice)
    view.register(alice.address, alice.key)
    const wire = alice.wire({ key: alice.keyHash })
    const bad = forged(alice.wire({ key: alice.keyHash, nonce: 1n }))
    const outcome = await new MemoryChain(view, position).run([{ wires: [wire, bad] }])
    assert.deepEqual(outcome.blocks, [ids(wire)])
    assert.deepEqual(outcome.broken, [0])
  })

  it('stops when a record has no key behind it', async () => {
    const view = funded(alice)
    view.register(alice.address, alice.key)
    view.losePublicKey(alice.key)
    const chain = new MemoryChain(view, position)
    await assert.rejects(chain.run([{ wires: [alice.wire({ key: alice.keyHash })] }]), {
      code: 'STATE_MISSING_BYTES',
    })
  })
})

describe('the blocks of a commit', () => {
  const gasLimit = 45_028n

  it('close when the gas limit of the next transaction exceeds what is left', async () => {
    const wires = Array.from({ length: 5 }, (_, nonce) => alice.wire({ nonce: BigInt(nonce) }))
    const chain = new MemoryChain(funded(alice), { ...position, blockGasLimit: 2n * gasLimit + 1n })
    const { blocks } = await chain.run([{ wires }])
    assert.deepEqual(blocks, [
      ids(...wires.slice(0, 2)),
      ids(...wires.slice(2, 4)),
      ids(...wires.slice(4)),
    ])
  })

  it('close before they outgrow 8 MiB', async () => {
    const data = new Uint8Array(120_000)
    const wallets = Array.from({ length: 75 }, (_, index) => new Wallet(`large ${index}`))
    const wires = wallets.map((wallet) => wallet.wire({ data }))
    const gas = { ...position, blockGasLimit: 10_000_000_000n }
    const { blocks, skipped } = await new MemoryChain(funded(...wallets), gas).run([{ wires }])
    assert.deepEqual(skipped, [])
    assert.deepEqual(blocks.flat(), ids(...wires))
    const most = Math.floor((8_388_608 - 1024) / (wires[0]!.length + 4))
    assert.deepEqual(
      blocks.map(({ length }) => length),
      [most, 75 - most],
    )
  })

  it('have base fees of their own: what no longer pays is skipped', async () => {
    const [a0, b0] = [alice.wire({ maxFeePerGas: 2n * gwei }), bob.wire()]
    const [a1, b1] = [alice.wire({ nonce: 1n, maxFeePerGas: 2n * gwei }), bob.wire({ nonce: 1n })]
    const small = { ...position, blockGasLimit: 2n * gasLimit }
    const dear = { ...small, baseFee: 3n * gwei }
    const chain = new MemoryChain(funded(alice, bob), small, dear)
    const outcome = await chain.run([{ wires: [a0, b0, a1, b1] }])
    assert.deepEqual(outcome.blocks, [ids(a0, b0), ids(b1)])
    assert.deepEqual(outcome.skipped, [[idOf(a1), 'TX_FEE_TOO_LOW']])
  })

  it('carry a nonce gap over their boundary', async () => {
    const wires = Array.from({ length: 4 }, (_, nonce) => alice.wire({ nonce: BigInt(nonce) }))
    const reversed = wires.toReversed()
    const small = { ...position, blockGasLimit: 2n * gasLimit }
    const outcome = await new MemoryChain(funded(alice), small).run([{ wires: reversed }])
    assert.deepEqual(outcome.blocks, [ids(...wires.slice(0, 2)), ids(...wires.slice(2))])
    assert.deepEqual(outcome.skipped, [])
  })

  it('leave out a parked transaction that does not pay in the next of them', async () => {
    const first = alice.wire({ nonce: 0n })
    const second = alice.wire({ nonce: 1n, maxFeePerGas: 2n * gwei })
    const third = alice.wire({ nonce: 2n })
    const small = { ...position, blockGasLimit: gasLimit }
    const dear = { ...small, baseFee: 3n * gwei }
    const chain = new MemoryChain(funded(alice), small, dear)
    const outcome = await chain.run([{ wires: [third, second, first] }])
    assert.deepEqual(outcome.blocks, [ids(first), []])
    assert.deepEqual(outcome.skipped, [
      [idOf(second), 'TX_FEE_TOO_LOW'],
      [idOf(third), 'TX_NONCE_GAP'],
    ])
  })

  it('never take what exceeds an empty one', async () => {
    const chain = new MemoryChain(funded(alice), { ...position, blockGasLimit: gasLimit - 1n })
    const outcome = await chain.run([{ wires: [alice.wire()] }])
    assert.equal(outcome.skipped[0]?.[1], 'TX_EXCEEDS_BLOCK')
  })
})
