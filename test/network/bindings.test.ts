import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'
import { mlDsa } from '#crypto'
import {
  decodePeerBinding,
  encodePeerBinding,
  NodeKey,
  type PeerBinding,
  PeerBindings,
  signPeerBinding,
} from '#network'

import { networkId } from './nodes.ts'

const validators = [1, 2].map((seed) => mlDsa(0x65).fromSeed(new Uint8Array(32).fill(seed)))
const nodes = [3, 4, 5, 6].map((seed) =>
  new NodeKey(new Uint8Array(32).fill(seed)).peerId.toString(),
)
const [validator, other] = validators
const [genesisNode = '', newNode = '', stolenNode = '', otherNode = ''] = nodes
const epoch = 3

function bindings(): PeerBindings {
  const committee = validators.map(({ publicKey }, index) => ({
    publicKey,
    peer: index === 0 ? genesisNode : otherNode,
  }))
  return new PeerBindings(networkId, epoch, committee)
}

function bind(overrides: Partial<PeerBinding> = {}): PeerBinding {
  const plain = { networkId, epoch, author: 0, peer: newNode, sequence: 1, ...overrides }
  return signPeerBinding(validator!, plain)
}

/** The second validator claims a node. */
function claim(peer: string, sequence = 1): PeerBinding {
  return signPeerBinding(other!, { networkId, epoch, author: 1, peer, sequence })
}

describe('peer bindings', () => {
  it('move a validator to another node, signed by the validator, newest last', async () => {
    const held = bindings()
    assert.equal(held.peerOf(0), genesisNode)
    assert.equal(await held.offer(bind({ peer: stolenNode })), true)
    assert.equal(await held.offer(bind({ sequence: 2 })), true)
    assert.equal(held.peerOf(0), newNode)
    assert.equal(await held.offer(bind({ peer: stolenNode })), false, 'an older one')
    assert.equal(held.peerOf(0), newNode)
    assert.deepEqual(held.peers(), new Set([newNode, otherNode]))
    assert.equal(held.peerOf(9), undefined)
    assert.deepEqual([held.authorOf(newNode), held.authorOf(genesisNode)], [0, undefined])
    assert.deepEqual([held.isRetired(genesisNode), held.isRetired(newNode)], [true, false])
    assert.equal(held.predecessorOf(newNode), genesisNode)
    assert.equal(held.predecessorOf(otherNode), undefined)
  })

  it('go back to the node of the genesis like to any other', async () => {
    const held = bindings()
    await held.offer(bind())
    assert.equal(await held.offer(bind({ peer: genesisNode, sequence: 2 })), true)
    assert.equal(held.authorOf(genesisNode), 0)
    assert.deepEqual([held.isRetired(genesisNode), held.authorOf(newNode)], [false, undefined])
  })

  it('tell who watches whose connections are not what they were', async () => {
    const held = bindings()
    const moves: (readonly string[])[] = []
    const end = held.watch(({ peers }) => moves.push(peers))
    await held.offer(bind())
    await held.offer(bind({ sequence: 2 }))
    assert.deepEqual(moves, [[genesisNode, newNode]])
    end()
    await held.offer(bind({ peer: stolenNode, sequence: 3 }))
    assert.equal(moves.length, 1)
  })

  it('that claim the node of another validator take nothing from it', async () => {
    const held = bindings()
    await held.offer(claim(genesisNode))
    assert.deepEqual([held.authorOf(genesisNode), held.peerOf(0)], [0, genesisNode])
    assert.equal(held.peerOf(1), undefined)
    assert.equal(held.authorOf(otherNode), undefined)
  })

  it('that claim one node have it in turn, until the node says whose it is', async () => {
    const held = bindings()
    await held.offer(claim(newNode))
    await held.offer(bind())
    assert.deepEqual([held.authorOf(newNode), held.peerOf(0)], [1, undefined])
    held.avow(newNode, 0)
    assert.deepEqual([held.authorOf(newNode), held.peerOf(1)], [0, undefined])
    held.avow(genesisNode, 1)
    assert.equal(held.authorOf(genesisNode), undefined, 'nobody bound validator 1 to it')
    await held.offer(bind({ peer: stolenNode, sequence: 2 }))
    assert.equal(held.authorOf(newNode), 1, 'it is free')
  })

  it('of another epoch are passed over', async () => {
    assert.equal(await bindings().offer(bind({ epoch: epoch + 1 })), false)
  })

  const forged: readonly (readonly [string, PeerBinding])[] = [
    ['another network', bind({ networkId: new Uint8Array(32) })],
    ['an author that is not there', bind({ author: 2 })],
    ['another author’s signature', bind({ author: 1 })],
    ['a changed peer', { ...bind(), peer: stolenNode }],
    ['a changed sequence', { ...bind(), sequence: 9 }],
    ['a changed signature', { ...bind(), signature: new Uint8Array(3309) }],
  ]
  for (const [what, binding] of forged) {
    it(`with ${what} are a fault of who sent them`, async () => {
      const held = bindings()
      await assert.rejects(held.offer(binding), { code: 'NETWORK_BINDING' })
      assert.equal(held.peerOf(0), genesisNode)
    })
  }

  it('read back, and 10,000 malformed ones throw one kind of fault', () => {
    const good = encodePeerBinding(bind())
    assert.deepEqual(encodePeerBinding(decodePeerBinding(good)), good)
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = good.slice()
      bytes[at] = byte
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 5_000 })), (bytes) => {
        try {
          const read = encodePeerBinding(decodePeerBinding(bytes))
          assert.ok(Buffer.from(read).equals(bytes))
        } catch (error) {
          assert.ok(isFault(error, 'NETWORK_BINDING'), String(error))
        }
      }),
      { numRuns: 10_000 },
    )
  })
})
