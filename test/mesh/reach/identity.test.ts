import assert from 'node:assert/strict'
import { inspect } from 'node:util'

import { concat, equal, fixed } from '#base'

import { meshHash } from '../../../mesh/hash.ts'
import { chainStep, epochs, HashChain } from '../../../mesh/reach/chain.ts'
import {
  decodeAnchor,
  destinationHash,
  encodeAnchor,
  epochAt,
} from '../../../mesh/reach/destination.ts'
import { MeshIdentity } from '../../../mesh/reach/identity.ts'
import { OwnDestination } from '../../../mesh/reach/own.ts'
import { halfHour, identityOf, seeded, start } from './scene.ts'

describe('a hash chain', () => {
  it('gives for each epoch what hashes to the one before, down to the anchor', () => {
    const chain = new HashChain(new Uint8Array(32).fill(1))
    for (const epoch of [1, 2, 127, 128, 129, 8191, epochs - 1, epochs]) {
      assert.deepEqual(chainStep(epoch, chain.value(epoch)), chain.value(epoch - 1))
    }
    assert.deepEqual(chain.value(epochs), meshHash('chain-top', 16, new Uint8Array(32).fill(1)))
    assert.throws(() => chain.value(epochs + 1), RangeError)
    assert.throws(() => chain.value(-1), RangeError)
  })
})

describe('an identity', () => {
  const identity = identityOf('a0')

  it('has the address that its keys and its anchor hash to', () => {
    const anchor = concat(
      identity.chain.value(0),
      fixed(identity.anchor.start, 4),
      Uint8Array.of(30),
    )
    const kemHash = meshHash('kem-key', 32, identity.kem.publicKey)
    const sigHash = meshHash('sig-key', 32, identity.signing.publicKey)
    assert.deepEqual(identity.address, meshHash('addr', 32, kemHash, sigHash, anchor))
    assert.deepEqual(identity.label, identity.address.subarray(0, 16))
    const { address, nameHash } = identity.named('inbox')
    assert.ok(nameHash !== undefined)
    assert.deepEqual(destinationHash(address, nameHash), meshHash('dest', 32, address, nameHash))
  })

  it('returns from its secret as it was, and shows the secret to nobody else', () => {
    const { secret } = identity
    assert.equal(secret.length, 134)
    const again = MeshIdentity.fromSecret(secret)
    assert.deepEqual(again.address, identity.address)
    assert.deepEqual(again.secret, secret)
    const shown = inspect(identity, { depth: 9, showHidden: true, maxArrayLength: null })
    const written = JSON.stringify(identity)
    for (const seed of [
      secret.subarray(1, 65),
      secret.subarray(65, 97),
      secret.subarray(97, 129),
    ]) {
      const part = seed.subarray(0, 8)
      assert.ok(!shown.includes(part.join(', ')))
      assert.ok(!written.includes(JSON.stringify(part).slice(1, -1)))
    }
  })

  it('refuses a secret that is cut, of another version or without an interval', () => {
    const { secret } = identity
    const refused = [
      secret.subarray(1),
      concat(secret, secret),
      secret.with(0, 2),
      secret.with(133, 0),
    ]
    for (const bytes of refused) {
      assert.throws(() => MeshIdentity.fromSecret(bytes), { code: 'MESH_MALFORMED' })
    }
  })

  it('counts epochs from one, so that the public anchor announces nothing', () => {
    const created = MeshIdentity.create(seeded('epochs'), start)
    assert.equal(epochAt(created.anchor, start), 1)
    assert.equal(epochAt(created.anchor, start + halfHour - 1), 1)
    assert.equal(epochAt(created.anchor, start + halfHour), 2)
    assert.equal(epochAt(created.anchor, start - 1), 0)
    assert.deepEqual(decodeAnchor(encodeAnchor(created.anchor)), created.anchor)
  })

  it('keeps its keys when it is renewed, under another address', () => {
    const renewed = identity.renewed(seeded('renewed'), start)
    assert.deepEqual(renewed.kem.publicKey, identity.kem.publicKey)
    assert.deepEqual(renewed.signing.publicKey, identity.signing.publicKey)
    assert.ok(!equal(renewed.address, identity.address))
  })

  it('starts the hops of each destination at one of 2 to 9, always the same', () => {
    const seen = new Set<number>()
    for (let at = 0; at < 200; at++) {
      const hops = identity.originHops(identity.named(`${at}`))
      assert.equal(identity.originHops(identity.named(`${at}`)), hops)
      seen.add(hops)
    }
    assert.deepEqual(seen, new Set([2, 3, 4, 5, 6, 7, 8, 9]))
  })
  it('starts hops by a secret: who knows all addresses can not compute them', () => {
    const names = Array.from({ length: 40 }, (_, at) => identity.named(`${at}`))
    const [ours, others] = [identity, identityOf('a1')].map((each) =>
      names.map((name) => each.originHops(name)),
    )
    assert.notDeepEqual(ours, others)
  })

  it('announces no earlier epoch when the clock is set back, and nothing when its chain has ended', () => {
    const own = new OwnDestination(identity, undefined, true)
    const epochOf = (now: number): number | undefined => own.at(now)?.body.epoch
    assert.equal(epochOf(start), 11)
    assert.equal(epochOf(start + halfHour), 12)
    assert.equal(epochOf(start), 12)
    assert.equal(epochOf(own.ends - 1), epochs)
    assert.equal(epochOf(own.ends), undefined)
    assert.equal(new OwnDestination(identity, undefined, true).at(0)?.body.epoch, 1)
  })
})
