/** Bindings between real nodes: told, kept, and what they change. */
import assert from 'node:assert/strict'

import { isFault } from '#base'
import { mlDsa } from '#crypto'
import { NodeKey, type PeerBinding, PeerBindings, signPeerBinding } from '#network'
import { openMemory } from '#storage'

import { systemRandom } from '../../node/random.ts'
import { networkId, quick, TestNode } from './nodes.ts'

const [validator, other] = [1, 2].map((seed) => mlDsa(0x65).fromSeed(new Uint8Array(32).fill(seed)))
const old = NodeKey.generate(systemRandom)
const fresh = NodeKey.generate(systemRandom)
const oldPeer = old.peerId.toString()
const newPeer = fresh.peerId.toString()

/** Of a committee of two, whose second node is nobody's here. */
function committee(): PeerBindings {
  const absent = NodeKey.generate(systemRandom).peerId.toString()
  return new PeerBindings(networkId, 0, [
    { publicKey: validator!.publicKey, peer: oldPeer },
    { publicKey: other!.publicKey, peer: absent },
  ])
}

function bind(peer = newPeer, sequence = 1): PeerBinding {
  return signPeerBinding(validator!, { networkId, epoch: 0, author: 0, peer, sequence })
}

/** What `node` says of a peer. */
function reserved(node: TestNode, peer: string): boolean | undefined {
  return node.network.peers().find((one) => one.peer === peer)?.isReserved
}

describe('a binding on the network', () => {
  it('makes a stranger the validator’s node, and the node before a stranger', async () => {
    const held = committee()
    await using member = await TestNode.start({ bindings: held })
    await using thief = await TestNode.start({ key: old })
    await thief.network.dial(member.address)
    await member.until(() => reserved(member, oldPeer) === true)
    await using moved = await TestNode.start({ key: fresh, bindings: committee() })
    await moved.network.bind(bind())
    // What the member hears cuts this connection, maybe before the dial is over.
    await moved.network.dial(member.address).catch((error: unknown) => {
      if (!isFault(error, 'NETWORK_DIAL')) throw error
    })
    await member.until(
      () => member.disconnected.includes(oldPeer) && member.disconnected.includes(newPeer),
    )
    assert.equal(held.peerOf(0), newPeer)
    await moved.until(() => moved.disconnected.includes(member.peer))
    await moved.network.dial(member.address)
    await member.until(() => reserved(member, newPeer) === true)
    await thief.until(() => thief.disconnected.includes(member.peer))
    await thief.network.dial(member.address)
    await member.until(() => reserved(member, oldPeer) === false)
    member.network.blame(oldPeer, 'as a stranger')
    assert.deepEqual(
      member.bans.map(({ peer }) => peer),
      [oldPeer],
    )
  })

  it('reaches those that are not connected to the node, by gossip', async () => {
    const far = committee()
    await using middle = await TestNode.start({ bindings: committee() })
    await using end = await TestNode.start({ bindings: far, staticPeers: [middle.address] })
    await end.until(() => end.connected.length === 1)
    await using moved = await TestNode.start({ key: fresh, bindings: committee() })
    await moved.network.bind(bind())
    const learnt = new Promise<void>((resolve) => far.watch(() => resolve()))
    // Gossip first has to know who listens: what it misses, the next binding shows.
    await moved.network.dial(middle.address)
    for (let sequence = 2; far.peerOf(0) === oldPeer; sequence++) {
      await middle.network.bind(bind(newPeer, sequence))
      await new Promise(setImmediate)
    }
    await learnt
    assert.equal(far.peerOf(0), newPeer)
    assert.deepEqual([...end.bans, ...middle.bans], [])
  })

  it('is dialled where the operator knew the node before, without another word', async () => {
    const first = await TestNode.start({ key: old })
    const { address, port } = first
    await first.network.stop()
    const bindings = committee()
    await bindings.offer(bind())
    await using moved = await TestNode.start({
      key: fresh,
      listen: [`/ip4/127.0.0.1/tcp/${port}`],
    })
    await using member = await TestNode.start({ bindings, staticPeers: [address] })
    await member.until(() => reserved(member, newPeer) === true)
    assert.deepEqual(
      moved.connected.map(({ peer }) => peer),
      [member.peer],
    )
  })

  it('survives a restart, and the highest alone', async () => {
    const store = openMemory()
    const first = await TestNode.start({ store, bindings: committee() })
    await first.network.bind(bind(oldPeer, 2))
    await first.network.bind(bind(newPeer, 3))
    await first.network.bind(bind(oldPeer, 1))
    await first.network.stop()
    const held = committee()
    await using _ = await TestNode.start({ store, bindings: held })
    assert.equal(held.peerOf(0), newPeer)
    assert.deepEqual(
      held.held().map(({ sequence }) => sequence),
      [3],
    )
  })

  it('that is damaged on disk, or of another network, is forgotten', async () => {
    const store = openMemory()
    const first = await TestNode.start({ store, bindings: committee() })
    await first.network.bind(bind())
    await first.network.stop()
    const entries = await Array.fromAsync(
      store.entries({ gte: Uint8Array.of(0x76), lt: Uint8Array.of(0x77) }),
    )
    assert.equal(entries.length, 1)
    const [key, value] = entries[0]!
    const damaged = value.slice()
    damaged[damaged.length - 1]! ^= 1
    await store.write([{ type: 'put', key, value: damaged }], { sync: false })
    const held = committee()
    await using _ = await TestNode.start({ store, bindings: held })
    assert.deepEqual([held.peerOf(0), held.held()], [oldPeer, []])
    assert.equal(store.get(key), undefined)
  })

  const forged: readonly (readonly [string, PeerBinding])[] = [
    ['a signature of another validator', { ...bind(), signature: forgedBy() }],
    ['another network', signPeerBinding(validator!, { ...bind(), networkId: new Uint8Array(32) })],
  ]
  for (const [what, binding] of forged) {
    it(`with ${what} bans the stranger that tells it, and moves nobody`, async () => {
      const held = committee()
      await using member = await TestNode.start({ bindings: held })
      await using liar = await TestNode.start({ bindings: lying(binding) })
      await liar.network.dial(member.address)
      await member.until(() => member.bans.length === 1)
      assert.equal(member.bans[0]!.peer, liar.peer)
      assert.deepEqual([held.peerOf(0), held.held()], [oldPeer, []])
    })
  }

  it('that is old is passed over without blame, however often it comes', async () => {
    const held = committee()
    await held.offer(bind(newPeer, 5))
    await using member = await TestNode.start({ bindings: held })
    const late = committee()
    await late.offer(bind(oldPeer, 4))
    await using replaying = await TestNode.start({ bindings: late, timings: quick })
    await replaying.network.dial(member.address)
    await replaying.until(() => replaying.connected.length === 1)
    while (late.peerOf(0) !== newPeer) await new Promise(setImmediate)
    assert.equal(held.peerOf(0), newPeer)
    assert.deepEqual([...member.bans, ...replaying.bans], [])
  })
})

function forgedBy(): Uint8Array {
  const { signature: _, ...plain } = bind()
  return signPeerBinding(other!, plain).signature
}

/** Tells a binding that it would not take itself. */
function lying(binding: PeerBinding): PeerBindings {
  const bindings = committee()
  return Object.assign(bindings, { held: () => [binding] })
}
