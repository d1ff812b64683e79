import assert from 'node:assert/strict'

import { encodeRlp, fixed, hex, type Hex, toBigInt, trimmed, unhex } from '#base'
import { keccak256, keyHash, mlDsa, sha3_256, type SigningKey } from '#crypto'
import { execute, compile } from '#inference'
import { type Algorithm, contexts, foreignMessage, keyHashAddress, slotPreimage } from '#protocol'

import {
  attestationHash,
  attesterPath,
  attestersRoot,
} from '../../precompiles/verify-inference/attestation.ts'
import { Graph } from '../inference/commitment-programs.ts'
import { ModelWorld } from './model-world.ts'

interface Attester {
  readonly algorithm: Algorithm
  readonly key: SigningKey
  readonly account: Uint8Array
}

const registry = '0000000000000000000000000000000000000606'

function attester(index: number, algorithm: Algorithm): Attester {
  const key = mlDsa(algorithm).fromSeed(sha3_256(Uint8Array.of(index)))
  return { algorithm, key, account: keyHashAddress(keyHash(algorithm, key.publicKey)) }
}

const group = [0x44, 0x65, 0x87, 0x65, 0x44]
  .map((algorithm, index) => attester(index, algorithm as Algorithm))
  .toSorted((a, b) => (toBigInt(a.account) < toBigInt(b.account) ? -1 : 1))
const accounts = group.map(({ account }) => account)
const root = attestersRoot(accounts)

function model(): Uint8Array {
  const graph = new Graph(3)
  const input = graph.input('uint8', 1, 4)
  const weights = graph.weights('int8', 4, 3)
  graph.output(graph.node('MatMulInteger', [input, weights]), 'int32', 1, 3)
  return graph.model()
}

const input = Uint8Array.of(1, 2, 3, 4)
const output = execute(compile(model()), input)

describe('the standing of an answer', () => {
  let world: ModelWorld
  let id: Hex
  beforeEach(() => {
    world = new ModelWorld()
    id = world.drafted(model(), 0)
    world.call('models', 'setTerms', [id, 1n, 1n, 1n, 1n, 10n ** 17n, root, 2n])
    world.call('models', 'putChunk', [id, 0n, model()])
    world.call('models', 'finalize', [id])
  })

  interface Changes {
    readonly hash?: Uint8Array
    readonly networkId?: Uint8Array
    readonly context?: string
    readonly count?: number
  }

  function proofBy(places: readonly number[], changes: Changes = {}): Uint8Array {
    const { hash = attestationHash(unhex(id), input, output) } = changes
    const { networkId = world.networkId, context = contexts.foreign } = changes
    const message = foreignMessage(networkId, hash)
    const signed = places.map((place) => {
      const { account, algorithm, key } = group[place]!
      const signature = key.sign(message, context as typeof contexts.foreign)
      const path = attesterPath(accounts, place)
      return [trimmed(place), account, trimmed(algorithm), key.publicKey, signature, [...path]]
    })
    return encodeRlp([trimmed(changes.count ?? group.length), ...signed])
  }

  const tier = (proof: Uint8Array, minimum = 0, answer = output): unknown =>
    world.call('verify', 'verify', [id, input, answer, minimum, proof])

  it('is EXECUTED where the model runs and agrees', () => {
    const none = new Uint8Array(0)
    assert.equal(tier(none), 3)
    assert.equal(tier(none, 3), 3)
    assert.equal(tier(none, 4), 0)
    assert.equal(tier(none, 0, output.with(0, output[0]! ^ 1)), 0)
  })

  it('is ATTESTED where enough of the named accounts signed', () => {
    assert.equal(tier(proofBy([0, 1])), 1)
    assert.equal(tier(proofBy([1, 4])), 1)
    assert.equal(tier(proofBy([0, 1, 2])), 1)
    // Of more than one too many nothing is read.
    assert.equal(tier(proofBy([0, 1, 2, 3, 4])), 0)
    assert.equal(tier(proofBy([2, 3]), 2), 0)
  })

  it('is nothing where too few, others, or the same twice signed', () => {
    assert.equal(tier(proofBy([3])), 0)
    assert.equal(tier(proofBy([])), 0)
    assert.equal(tier(proofBy([3, 3])), 0)
    assert.equal(tier(proofBy([4, 1])), 0)
    assert.equal(tier(proofBy([0, 1], { count: 6 })), 0)
    assert.equal(tier(proofBy([0, 1], { count: 1025 })), 0)
    assert.equal(tier(proofBy([0, 1]), 0, output.with(0, output[0]! ^ 1)), 0)
  })

  it('is nothing where another network, context or answer was signed', () => {
    assert.equal(tier(proofBy([0, 1], { networkId: fixed(1, 32) })), 0)
    assert.equal(tier(proofBy([0, 1], { context: contexts.transaction })), 0)
    assert.equal(tier(proofBy([0, 1], { hash: fixed(9, 32) })), 0)
  })

  it('follows the keys of the accounts: what a rotated key signed is worth nothing', () => {
    const { account } = group[1]!
    const slot = keccak256(slotPreimage(account, 0n)).toHex()
    const { others } = world.states.verify as unknown as {
      others: Map<string, Map<string, Uint8Array>>
    }
    others.set(registry, new Map([[slot, fixed(77, 32)]]))
    assert.equal(tier(proofBy([0, 1])), 0)
    assert.equal(tier(proofBy([0, 2])), 1)
    const { algorithm, key } = group[1]!
    others.set(registry, new Map([[slot, keyHash(algorithm, key.publicKey)]]))
    assert.equal(tier(proofBy([0, 1])), 1)
  })

  it('may be asked of attesters whom the caller names', () => {
    const asked = (of: Uint8Array, threshold: bigint): unknown =>
      world.call('verify', 'verifyAttested', [id, input, output, of, threshold, proofBy([0, 2])])
    assert.equal(asked(root, 2n), true)
    assert.equal(asked(root, 3n), false)
    assert.equal(asked(root, 0n), false)
    assert.equal(asked(fixed(1, 32), 1n), false)
    const twice = [group[0]!.account, group[0]!.account, group[1]!.account]
    assert.equal(asked(attestersRoot(twice), 2n), false)
    const one = attestersRoot([group[0]!.account])
    assert.equal(asked(one, 1n), false)
    const hash = world.call('verify', 'attestationHash', [id, input, output])
    assert.equal(hash, hex(attestationHash(unhex(id), input, output)))
  })

  it('is nothing for bytes that are no proof, whatever they are', () => {
    const proof = proofBy([0, 1])
    for (let at = 0; at < proof.length; at += 97) {
      assert.equal(tier(proof.with(at, proof[at]! ^ 0x80)), 0)
      assert.equal(tier(proof.subarray(0, Math.max(1, at))), 0)
    }
    for (const junk of ['0xc0', '0x80', '0xc180', '0xc2c0c0', '0xffffffff', '0xc2058100']) {
      assert.equal(tier(unhex(junk)), 0)
    }
  })

  it('is charged by signature, before it is verified', () => {
    const gas = (places: readonly number[]): bigint =>
      world.outcome('verify', 'verify', [id, input, output, 0, proofBy(places)]).gas
    const enough = gas([0, 1])
    assert.ok(enough > 13_000n)
    const { status } = world.outcome('verify', 'verify', [id, input, output, 0, proofBy([0, 1])], {
      gasLimit: enough - 1n,
    })
    assert.equal(status, 'halted')
  })
})
