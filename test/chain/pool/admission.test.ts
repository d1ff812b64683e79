import assert from 'node:assert/strict'

import { keccak256 } from '#crypto'
import { testAccounts } from '#genesis'
import { encodeTransaction, signingPayload, contexts } from '#protocol'

import { decode, forged, gwei, network, Wallet } from '../pars/wallet.ts'
import { client, Pooled } from './pooled.ts'

const alice = new Wallet('alice')
const bob = new Wallet('bob')

/** Of a transfer by `Wallet.unsigned`, in wei. */
const cost = 45_028n * 10n * gwei + 1n

/** `submit` rejects with `code`, at no cost in verifications, and the pool is as before. */
async function refused(pooled: Pooled, wire: Uint8Array, code: string): Promise<void> {
  const before = { size: pooled.pool.size, verified: pooled.verifications.length }
  await assert.rejects(pooled.submit(wire), { code })
  assert.deepEqual({ size: pooled.pool.size, verified: pooled.verifications.length }, before)
}

function nonces(from: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => from + BigInt(index))
}

describe('the pool, before it looks at a signature', () => {
  it('refuses what the bytes rule out', async () => {
    const pooled = new Pooled(alice)
    await refused(pooled, Uint8Array.of(0x02, 0xc0), 'TX_CLASSICAL')
    await refused(pooled, new Uint8Array(200_000).fill(0x50), 'TX_TOO_LARGE')
    await refused(pooled, alice.wire().subarray(0, 500), 'TX_RLP')
    await refused(pooled, alice.wire({ chainId: 1n }), 'TX_CHAIN_ID')
    const creation = { to: new Uint8Array(0), nonceKey: 1n, gasLimit: 500_000n }
    await refused(pooled, alice.wire(creation), 'TX_CREATION_LANE')
  })

  it('refuses what state rules out', async () => {
    const pooled = new Pooled(alice)
    pooled.view.set(alice.address, { nonce: 5n })
    await refused(pooled, alice.wire({ nonce: 5n, validUntil: 999n }), 'TX_EXPIRED')
    await refused(pooled, bob.wire({ sender: alice.address, nonce: 5n }), 'TX_KEY_NOT_SENDERS')
    await refused(pooled, alice.wire({ key: alice.keyHash, nonce: 5n }), 'TX_KEY_UNKNOWN')
    await refused(pooled, alice.wire({ nonce: 4n }), 'TX_NONCE_TOO_LOW')
    const cheap = { nonce: 5n, maxFeePerGas: gwei - 1n, maxPriorityFeePerGas: 0n }
    await refused(pooled, alice.wire(cheap), 'TX_FEE_TOO_LOW')
    await refused(pooled, bob.wire(), 'TX_UNFUNDED')
    pooled.position = { ...pooled.position, blockGasLimit: 40_000n }
    await refused(pooled, alice.wire({ nonce: 5n }), 'TX_EXCEEDS_BLOCK')
    pooled.view.set(alice.address, { hasCode: true })
    await refused(pooled, alice.wire({ nonce: 5n }), 'TX_SENDER_HAS_CODE')
  })

  it('asks for validity a while beyond head', async () => {
    const pooled = new Pooled(alice)
    await refused(pooled, alice.wire({ validUntil: 1029n }), 'TX_EXPIRES_SOON')
    await pooled.submit(alice.wire({ validUntil: 1030n }))
    assert.equal(pooled.pool.size, 1)
  })

  it('refuses a nonce more than 63 ahead, on a lane more than 15', async () => {
    const pooled = new Pooled(alice)
    pooled.view.set(alice.address, { nonce: 10n })
    pooled.view.setLane(alice.address, 7n, 3n)
    await refused(pooled, alice.wire({ nonce: 74n }), 'TX_NONCE_GAP')
    await refused(pooled, alice.wire({ nonceKey: 7n, nonce: 19n }), 'TX_NONCE_GAP')
    await pooled.submit(alice.wire({ nonce: 73n }))
    await pooled.submit(alice.wire({ nonceKey: 7n, nonce: 18n }))
    assert.equal(pooled.pool.size, 2)
  })

  it('holds 64 transactions of a sender, whatever the lanes', async () => {
    const pooled = new Pooled(alice, bob)
    await pooled.submitAll(nonces(0n, 60).map((nonce) => alice.wire({ nonce })))
    await pooled.submitAll(nonces(1n, 4).map((nonceKey) => alice.wire({ nonceKey })))
    await refused(pooled, alice.wire({ nonce: 60n }), 'POOL_SENDER_FULL')
    await refused(pooled, alice.wire({ nonceKey: 1n, nonce: 1n }), 'POOL_SENDER_FULL')
    await pooled.submit(
      alice.wire({ nonce: 3n, maxFeePerGas: 11n * gwei, maxPriorityFeePerGas: 2n * gwei }),
    )
    await pooled.submit(bob.wire())
    assert.equal(pooled.pool.size, 65)
  })

  it('holds 16 lanes of a sender', async () => {
    const pooled = new Pooled(alice)
    await pooled.submitAll(nonces(0n, 16).map((nonceKey) => alice.wire({ nonceKey })))
    await refused(pooled, alice.wire({ nonceKey: 16n }), 'POOL_LANES_FULL')
    await pooled.submit(alice.wire({ nonceKey: 15n, nonce: 1n }))
    assert.equal(pooled.pool.size, 17)
  })

  it('holds no more than the sender can pay for, all of it together', async () => {
    const pooled = new Pooled()
    pooled.view.set(alice.address, { balance: 2n * cost })
    await pooled.submit(alice.wire({ nonce: 0n }))
    await pooled.submit(alice.wire({ nonce: 1n }))
    await refused(pooled, alice.wire({ nonce: 2n }), 'POOL_OVERDRAWN')
    const dearer = { nonce: 1n, maxFeePerGas: 11n * gwei, maxPriorityFeePerGas: 2n * gwei }
    await refused(pooled, alice.wire(dearer), 'POOL_OVERDRAWN')
    pooled.view.set(alice.address, { balance: 2n * cost + 45_028n * gwei })
    await pooled.submit(alice.wire(dearer))
    assert.equal(pooled.pool.size, 2)
  })

  it('asks ten percent more of a replacement, of both fees', async () => {
    const pooled = new Pooled(alice)
    const first = alice.wire()
    await pooled.submit(first)
    const raise = (fee: bigint, tip: bigint) =>
      alice.wire({ maxFeePerGas: fee, maxPriorityFeePerGas: tip, value: 2n })
    await refused(pooled, raise(11n * gwei - 1n, 2n * gwei), 'POOL_UNDERPRICED')
    await refused(pooled, raise(20n * gwei, (gwei * 11n) / 10n - 1n), 'POOL_UNDERPRICED')
    const second = raise(11n * gwei, (gwei * 11n) / 10n)
    await pooled.submit(second)
    assert.equal(pooled.pool.size, 1)
    assert(pooled.has(second))
    assert.equal(await pooled.evicted(first), 'POOL_REPLACED')
  })

  it('refuses the published test keys unless the network is a dev network', async () => {
    const [account] = testAccounts()
    assert(account !== undefined)
    const { address, key } = account
    const pooled = new Pooled()
    pooled.view.set(address, { balance: 10n ** 21n })
    const unsigned = alice.unsigned({
      sender: address,
      algorithm: key.algorithm,
      key: key.publicKey,
      gasLimit: 100_000n,
    })
    const hash = keccak256(signingPayload(unsigned, network.genesisHash))
    const wire = encodeTransaction({ ...unsigned, signature: key.sign(hash, contexts.transaction) })
    await refused(pooled, wire, 'POOL_TEST_KEY')
    await pooled.restart(true)
    await pooled.submit(wire)
    assert.equal(pooled.pool.size, 1)
  })

  it('verifies so much for one client in a while', async () => {
    const pooled = new Pooled(alice)
    let value = 0n
    const codes = async (count: number) => {
      const found: unknown[] = []
      for (let index = 0; index < count; index++) {
        const wire = forged(alice.wire({ value: value++ }))
        const [settled] = await Promise.allSettled([pooled.pool.submit(wire, client('one'))])
        found.push(settled.status === 'rejected' && settled.reason.code)
      }
      return found
    }
    const first = await codes(201)
    assert.deepEqual(new Set(first.slice(0, 200)), new Set(['TX_BAD_SIGNATURE']))
    assert.equal(first[200], 'POOL_RATE')
    pooled.clock.advance(20)
    assert.deepEqual(await codes(2), ['TX_BAD_SIGNATURE', 'POOL_RATE'])
    await pooled.pool.submit(alice.wire(), client('another'))
  })
})

describe('the pool and signatures', () => {
  it('refuses one that does not verify, and remembers that encoding only', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    const garbage = forged(wire)
    await assert.rejects(pooled.submit(garbage), { code: 'TX_BAD_SIGNATURE' })
    await refused(pooled, garbage, 'TX_BAD_SIGNATURE')
    assert.deepEqual(await pooled.submit(wire), decode(garbage).hash)
    assert(pooled.has(wire))
  })

  it('takes the genuine one also while the forged one is being verified', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    const outcomes = await Promise.allSettled([pooled.submit(forged(wire)), pooled.submit(wire)])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
    assert.deepEqual(pooled.pool.byHash(decode(wire).hash)?.wire, wire)
  })

  it('replaces nothing by a forged replacement', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    await pooled.submit(wire)
    const raise = { maxFeePerGas: 20n * gwei, maxPriorityFeePerGas: 2n * gwei }
    await assert.rejects(pooled.submit(forged(alice.wire(raise))), { code: 'TX_BAD_SIGNATURE' })
    assert(pooled.has(wire))
  })

  it('verifies one encoding once, however often it comes at once', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    const hashes = await Promise.all(Array.from({ length: 8 }, () => pooled.submit(wire)))
    for (const hash of hashes) assert.deepEqual(hash, decode(wire).hash)
    assert.equal(pooled.verifications.length, 1)
    assert.equal(pooled.pool.size, 1)
  })

  it('answers a second encoding of a payload with its hash, and changes nothing', async () => {
    const pooled = new Pooled(alice)
    const [first, second] = [alice.wire(), alice.wire()]
    const hash = await pooled.submit(first)
    assert.deepEqual(await pooled.submit(second), hash)
    assert.equal(pooled.verifications.length, 1)
    assert.deepEqual(pooled.pool.byHash(hash)?.wire, first)
    pooled.mine(first)
    assert.equal(pooled.pool.size, 0)
    assert.deepEqual(await pooled.submit(second), hash)
    assert.equal(pooled.pool.size, 0)
    assert.equal(await pooled.onDisk(), 0)
  })

  it('keeps one of two encodings that come at once', async () => {
    const pooled = new Pooled(alice)
    const wires = [alice.wire(), alice.wire()]
    const [a, b] = await Promise.all(wires.map((wire) => pooled.submit(wire)))
    assert.deepEqual(a, b)
    assert.equal(pooled.pool.size, 1)
    const kept = pooled.pool.byHash(a!)
    await pooled.restart()
    assert.deepEqual(pooled.pool.byHash(a!), kept)
  })

  it('finds a transaction by its hash and by that of its encoding', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire({ nonceKey: 4n })
    const { hash, wireHash } = decode(wire)
    await pooled.submit(wire)
    const expected = { hash, wire, sender: alice.address, nonceKey: 4n, nonce: 0n }
    assert.deepEqual(pooled.pool.byHash(hash), expected)
    assert.deepEqual(pooled.pool.byHash(wireHash), expected)
    assert.equal(pooled.pool.byHash(new Uint8Array(32)), undefined)
  })

  it('takes the key from state where the transaction names its hash', async () => {
    const pooled = new Pooled(alice)
    pooled.view.register(alice.address, alice.key)
    await pooled.submit(alice.wire({ key: alice.keyHash }))
    const bad = forged(alice.wire({ key: alice.keyHash, nonce: 1n }))
    await assert.rejects(pooled.submit(bad), { code: 'TX_BAD_SIGNATURE' })
    pooled.view.losePublicKey(alice.key)
    const next = alice.wire({ key: alice.keyHash, nonce: 1n })
    await refused(pooled, next, 'STATE_MISSING_BYTES')
  })

  it('does not keep the buffer that it was given', async () => {
    const pooled = new Pooled(alice)
    const wire = alice.wire()
    const given = wire.slice()
    const hash = await pooled.submit(given)
    given.fill(0)
    assert.deepEqual(pooled.pool.byHash(hash)?.wire, wire)
  })
})
