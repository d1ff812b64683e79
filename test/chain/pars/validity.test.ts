import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'
import { contexts, encodeTransaction } from '#protocol'

import { stateFault } from '../../../chain/pars/validity.ts'
import { publicKeyOf, verifyEnvelope } from '../../../chain/pars/verify.ts'
import { MemoryView } from './memory-view.ts'
import { decode, forged, gwei, network, Wallet } from './wallet.ts'

const alice = new Wallet('alice')
const other = new Wallet('other')
const position = { timestamp: 100n, baseFee: 2n * gwei, blockGasLimit: 30_000_000n }

function funded(): MemoryView {
  const view = new MemoryView()
  view.set(alice.address, { balance: 10n ** 18n })
  return view
}

describe('validity against state', () => {
  const lanes = [0n, 2n ** 256n - 1n]
  const envelopes = lanes.map((nonceKey) =>
    alice.envelope({ nonceKey, nonce: 5n, validUntil: 100n }),
  )

  it('takes a transaction that breaks no rule, on the account nonce and on a lane', () => {
    for (const envelope of envelopes) {
      const view = funded()
      view.set(alice.address, { nonce: 5n })
      view.setLane(alice.address, 2n ** 256n - 1n, 5n)
      assert.equal(stateFault(envelope, view, position), undefined)
    }
  })

  it('names the first broken rule, whatever else is broken', () => {
    const choice = fc.record({
      lane: fc.nat(1),
      expired: fc.boolean(),
      hasCode: fc.boolean(),
      rotated: fc.boolean(),
      nonce: fc.constantFrom('next', 'used', 'gap'),
      cheap: fc.boolean(),
      poor: fc.boolean(),
      large: fc.boolean(),
    })
    fc.assert(
      fc.property(choice, (broken) => {
        const envelope = envelopes[broken.lane]!
        const view = new MemoryView()
        const next = { next: 5n, used: 6n, gap: 4n }[broken.nonce]
        const { maxFeePerGas, value } = envelope.fields
        const cost = envelope.gasLimit * maxFeePerGas + value
        view.set(alice.address, {
          hasCode: broken.hasCode,
          balance: broken.poor ? cost - 1n : cost,
          nonce: broken.lane === 0 ? next : 0n,
        })
        view.setLane(alice.address, 2n ** 256n - 1n, broken.lane === 1 ? next : 0n)
        if (broken.rotated) view.register(alice.address, other.key)
        const found = stateFault(envelope, view, {
          timestamp: broken.expired ? 101n : 100n,
          baseFee: broken.cheap ? maxFeePerGas + 1n : maxFeePerGas,
          blockGasLimit: broken.large ? envelope.gasLimit - 1n : envelope.gasLimit,
        })
        const expected = [
          broken.expired && 'TX_EXPIRED',
          broken.hasCode && 'TX_SENDER_HAS_CODE',
          broken.rotated && 'TX_KEY_NOT_SENDERS',
          broken.nonce === 'used' && 'TX_NONCE_TOO_LOW',
          broken.nonce === 'gap' && 'TX_NONCE_GAP',
          broken.cheap && 'TX_FEE_TOO_LOW',
          broken.poor && 'TX_UNFUNDED',
          broken.large && 'TX_EXCEEDS_BLOCK',
        ].find((code) => code !== false)
        assert.equal(found?.code, expected)
      }),
      { numRuns: 500 },
    )
  })

  it('takes a gap no longer than it is told to', () => {
    const view = funded()
    const at = (nonce: bigint) => stateFault(alice.envelope({ nonce }), view, position, 63n)?.code
    assert.equal(at(63n), undefined)
    assert.equal(at(64n), 'TX_NONCE_GAP')
  })

  it('reaches the last nonce of an account', () => {
    const view = funded()
    view.set(alice.address, { nonce: 2n ** 64n - 2n })
    assert.equal(stateFault(alice.envelope({ nonce: 2n ** 64n - 2n }), view, position), undefined)
    assert.throws(() => alice.wire({ nonce: 2n ** 64n - 1n }), { code: 'TX_RANGE' })
  })

  it('asks an account without a record for the whole key', () => {
    const envelope = alice.envelope({ key: alice.keyHash })
    assert.equal(stateFault(envelope, funded(), position)?.code, 'TX_KEY_UNKNOWN')
  })

  it('takes the key or its hash from an account with a record', () => {
    const view = funded()
    view.register(alice.address, alice.key)
    for (const key of [alice.key.publicKey, alice.keyHash]) {
      assert.equal(stateFault(alice.envelope({ key }), view, position), undefined)
    }
  })

  it('takes only the new key after a rotation', () => {
    const view = funded()
    view.register(alice.address, other.key)
    const code = (wallet: Wallet, key: Uint8Array) =>
      stateFault(wallet.envelope({ sender: alice.address, key }), view, position)?.code
    assert.equal(code(alice, alice.key.publicKey), 'TX_KEY_NOT_SENDERS')
    assert.equal(code(alice, alice.keyHash), 'TX_KEY_NOT_SENDERS')
    assert.equal(code(other, other.key.publicKey), undefined)
    assert.equal(code(other, other.keyHash), undefined)
  })

  it('refuses a key for an address that is not its own', () => {
    const envelope = other.envelope({ sender: alice.address })
    assert.equal(stateFault(envelope, funded(), position)?.code, 'TX_KEY_NOT_SENDERS')
  })
})

describe('the signature', () => {
  const registered = funded()
  registered.register(alice.address, alice.key)

  const verdict = (wire: Uint8Array) => {
    const envelope = decode(wire)
    assert.equal(stateFault(envelope, registered, position), undefined)
    return verifyEnvelope(envelope, publicKeyOf(envelope, registered))
  }

  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`verifies under the key and under its hash, algorithm 0x${algorithm.toString(16)}`, async () => {
      const wallet = new Wallet('any algorithm', algorithm)
      registered.set(wallet.address, { balance: 10n ** 18n })
      registered.register(wallet.address, wallet.key)
      assert.equal(await verdict(wallet.wire()), true)
      assert.equal(await verdict(wallet.wire({ key: wallet.keyHash })), true)
      assert.equal(await verdict(forged(wallet.wire())), false)
    })
  }

  it('covers the key field: stripped to its hash it does not verify', async () => {
    const signed = alice.sign(alice.unsigned())
    assert.equal(await verdict(encodeTransaction({ ...signed, key: alice.keyHash })), false)
  })

  it('covers the key field: with the key put in it does not verify', async () => {
    const unsigned = alice.unsigned({ key: alice.keyHash, gasLimit: 100_000n })
    const signed = alice.sign(unsigned)
    const { publicKey } = alice.key
    assert.equal(await verdict(encodeTransaction({ ...signed, key: publicKey })), false)
  })

  it('is for one network', async () => {
    const genesisHash = network.genesisHash.toReversed()
    const signed = alice.sign(alice.unsigned(), { genesisHash })
    assert.equal(await verdict(encodeTransaction(signed)), false)
  })

  it('is for transactions', async () => {
    for (const context of Object.values(contexts)) {
      const signed = alice.sign(alice.unsigned(), { context })
      assert.equal(await verdict(encodeTransaction(signed)), context === contexts.transaction)
    }
  })

  it('never verifies under the hash of a key of another algorithm', async () => {
    const wallet = new Wallet('large', 0x65)
    registered.set(wallet.address, { balance: 10n ** 18n })
    registered.register(wallet.address, wallet.key)
    const claimed = alice.unsigned({ sender: wallet.address, key: wallet.keyHash })
    assert.equal(await verdict(encodeTransaction(alice.sign(claimed))), false)
  })

  it('made twice gives two encodings of one transaction', async () => {
    const [first, second] = [alice.wire(), alice.wire()]
    assert.deepEqual(decode(first).hash, decode(second).hash)
    assert.notDeepEqual(decode(first).wireHash, decode(second).wireHash)
    assert.equal(await verdict(first), true)
    assert.equal(await verdict(second), true)
  })

  it('cannot be judged without the key that a record promises: a fault of this host', () => {
    const view = funded()
    view.register(alice.address, alice.key)
    view.losePublicKey(alice.key)
    const envelope = alice.envelope({ key: alice.keyHash })
    assert.equal(stateFault(envelope, view, position), undefined)
    assert.throws(
      () => publicKeyOf(envelope, view),
      (error) => isFault(error, 'STATE_MISSING_BYTES'),
    )
  })
})

describe('validity by bytes', () => {
  it('refuses to create a contract from a lane', () => {
    const to = new Uint8Array(0)
    const creation = alice.wire({ to, nonceKey: 1n, gasLimit: 1_000_000n })
    assert.throws(() => decode(creation), { code: 'TX_CREATION_LANE' })
    decode(alice.wire({ to, nonceKey: 0n, gasLimit: 1_000_000n }))
  })

  it('refuses a transaction for another chain id', () => {
    assert.throws(() => decode(alice.wire({ chainId: 1n })), { code: 'TX_CHAIN_ID' })
  })
})
