import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'

import { mlDsa } from '#crypto'
import { malformed, NodeKey, parseAddress, PeerBindings, signPeerBinding } from '#network'
import { openMemory } from '#storage'

import { limits } from '../../network/limits.ts'
import { systemRandom } from '../../node/random.ts'
import { Inbox, networkId, quick, statusOf, TestNode } from './nodes.ts'
import { Rogue } from './rogue.ts'

const dag = '/pars/dag/1'

function callMalformed(): never {
  throw malformed('not a header')
}

/** A node that looks around on the local network. */
function startOnLink(id: Uint8Array): Promise<TestNode> {
  return TestNode.start({
    mdns: true,
    outbound: 2,
    listen: ['/ip4/0.0.0.0/tcp/0'],
    status: () => statusOf({ networkId: id }),
  })
}

describe('peers', () => {
  it('that are static are dialled, and dialled again when they come back', async () => {
    const key = NodeKey.generate(systemRandom)
    const listener = await TestNode.start({ key })
    await using node = await TestNode.start({ staticPeers: [listener.address] })
    await node.until(() => node.connected.length === 1)
    assert.equal(node.network.peers()[0]?.isReserved, true)
    const listen = [`/ip4/127.0.0.1/tcp/${listener.port}`]
    await listener.network.stop()
    await node.until(() => node.disconnected.length === 1)
    await using again = await TestNode.start({ key, listen })
    await node.until(() => node.connected.length === 2)
    assert.equal(node.connected[1]?.peer, again.peer)
  })

  it('that are strangers beyond their places are let go once they have said so; members stay', async () => {
    const places: { value: number } = limits.connections
    const { value } = places
    places.value = limits.trialConnections.value + 1
    try {
      const key = NodeKey.generate(systemRandom)
      const staticPeers = [`/ip4/127.0.0.1/tcp/1/p2p/${key.peerId.toString()}`]
      await using node = await TestNode.start({ staticPeers })
      await using stranger = await TestNode.start()
      await using another = await TestNode.start()
      await using member = await TestNode.start({ key })
      await stranger.network.dial(node.address)
      await node.until(() => node.connected.length === 1)
      assert.equal(node.network.originOf(stranger.peer), '127.0.0')
      await another.network.dial(node.address).catch(() => undefined)
      await another.until(() => another.network.peers().length === 0)
      await member.network.dial(node.address)
      await node.until(() => node.connected.length === 2)
      assert.deepEqual(
        node.network.peers().map(({ peer }) => peer),
        [stranger.peer, member.peer],
      )
      assert.deepEqual(node.bans, [])
    } finally {
      places.value = value
    }
  })

  it('that were reached once are found again after a restart', async () => {
    await using listener = await TestNode.start()
    const store = openMemory()
    const first = await TestNode.start({ store })
    await first.network.dial(listener.address)
    await first.network.stop()
    await using second = await TestNode.start({ store, outbound: 4 })
    await second.until(() => second.connected.length === 1)
    assert.equal(second.connected[0]?.peer, listener.peer)
    assert.equal(second.network.peers()[0]?.isReserved, false)
  })

  it('are learnt from peers and dialled', async () => {
    await using middle = await TestNode.start()
    await using known = await TestNode.start()
    await middle.network.dial(known.address)
    await using newcomer = await TestNode.start({ staticPeers: [middle.address], outbound: 4 })
    await newcomer.until(() => newcomer.connected.length === 2)
    assert.deepEqual(
      new Set(newcomer.connected.map(({ peer }) => peer)),
      new Set([middle.peer, known.peer]),
    )
  })

  it('that dial each other at once keep one connection, and it works', async () => {
    const inbox = new Inbox<string>()
    const pushes = [
      {
        id: dag,
        traffic: 'dag',
        receive: (_: Uint8Array, { peer }: { peer: string }) => inbox.add(peer),
      },
    ] as const
    await using left = await TestNode.start({ pushes })
    await using right = await TestNode.start({ pushes })
    await Promise.all([left.network.dial(right.address), right.network.dial(left.address)])
    await left.until(() => left.connected.length === 1)
    await right.until(() => right.connected.length === 1)
    let isThrough = false
    while (!isThrough) {
      left.network.push(right.peer, dag, Uint8Array.of(1))
      right.network.push(left.peer, dag, Uint8Array.of(1))
      await new Promise(setImmediate)
      isThrough = new Set(inbox.items).size === 2
    }
    assert.deepEqual([left.network.peers().length, right.network.peers().length], [1, 1])
    assert.deepEqual([left.disconnected, right.disconnected], [[], []])
  })

  it('that connect a second time have the new connection alone', async () => {
    await using node = await TestNode.start()
    await using rogue = await Rogue.greeted(node.address)
    const { multiaddr } = parseAddress(node.address)
    const second = await rogue.node.dial(multiaddr, { force: true })
    assert.notEqual(second.id, rogue.connection.id)
    await rogue.greet({}, second)
    await rogue.closed
    assert.equal(second.status, 'open')
    assert.deepEqual(node.disconnected, [])
    assert.equal(node.connected.length, 1)
  })

  it('tell their head again with every heartbeat', async () => {
    let height = 1
    const hash = new Uint8Array(32).fill(1)
    const status = () => statusOf({ head: { height, hash } })
    const timings = { ...quick, heartbeat: 30 }
    await using listener = await TestNode.start({ status, timings })
    await using dialler = await TestNode.start({ status, timings })
    await dialler.network.dial(listener.address)
    await listener.until(() => listener.connected.length === 1)
    height = 7
    for (const node of [listener, dialler]) {
      while (node.network.peers()[0]?.status.head.height !== 7) await new Promise(setImmediate)
    }
    assert.deepEqual([listener.disconnected, dialler.disconnected], [[], []])
  })

  it('know which node speaks for a validator, from one another', async () => {
    const validator = mlDsa(0x65).fromSeed(new Uint8Array(32).fill(1))
    const committee = [{ publicKey: validator.publicKey }]
    const own = () => new PeerBindings(networkId, 0, committee)
    const informed = own()
    const learning = own()
    const peer = NodeKey.generate(systemRandom).peerId.toString()
    const binding = { networkId, epoch: 0, author: 0, peer, sequence: 1 }
    await informed.offer(signPeerBinding(validator, binding))
    await using first = await TestNode.start({ bindings: informed })
    await using second = await TestNode.start({ bindings: learning })
    await second.network.dial(first.address)
    while (learning.peerOf(0) === undefined) await new Promise(setImmediate)
    assert.equal(learning.peerOf(0), peer)
    second.network.setBindings(new PeerBindings(networkId, 1, committee))
    assert.deepEqual([...first.bans, ...second.bans], [])
  })

  it('who are disconnected stay so unless somebody wants them', async () => {
    await using listener = await TestNode.start()
    await using dialler = await TestNode.start()
    await dialler.network.dial(listener.address)
    await listener.until(() => listener.connected.length === 1)
    await listener.network.disconnect(dialler.peer)
    await dialler.until(() => dialler.disconnected.length === 1)
    assert.deepEqual(dialler.network.peers(), [])
  })

  it('whom consensus blames are banned: they are gone and stay out', async () => {
    await using listener = await TestNode.start()
    await using dialler = await TestNode.start()
    await dialler.network.dial(listener.address)
    await listener.until(() => listener.connected.length === 1)
    listener.network.blame(dialler.peer, 'signed nonsense')
    await dialler.until(() => dialler.disconnected.length === 1)
    await assert.rejects(dialler.network.dial(listener.address), { code: 'NETWORK_DIAL' })
    await assert.rejects(listener.network.dial(dialler.address), { code: 'NETWORK_DIAL' })
  })
})

describe('a peer of the committee or a static one', () => {
  it('that misbehaves loses its connection, is not banned, and comes back', async () => {
    await using bad = await TestNode.start({
      pushes: [{ id: dag, traffic: 'dag', receive: callMalformed }],
    })
    await using node = await TestNode.start({
      staticPeers: [bad.address],
      pushes: [{ id: dag, traffic: 'dag', receive: callMalformed }],
    })
    await node.until(() => node.connected.length === 1)
    assert.ok(bad.network.push(node.peer, dag, Uint8Array.of(1)))
    await node.until(() => node.connected.length === 2)
    node.network.blame(bad.peer, 'as consensus does')
    await node.until(() => node.connected.length === 3)
    assert.deepEqual(node.disconnected, [bad.peer, bad.peer])
    assert.deepEqual(node.bans, [])
  })
})

describe('a network', () => {
  it('that cannot listen says at which address', async () => {
    await using node = await TestNode.start()
    const listen = [`/ip4/127.0.0.1/tcp/${node.port}`]
    await assert.rejects(TestNode.start({ listen }), (error: Error) => {
      assert.match(error.message, new RegExp(`NETWORK_LISTEN.*${node.port}`))
      return true
    })
  })

  it('that is stopped dials nobody', async () => {
    await using listener = await TestNode.start()
    const node = await TestNode.start()
    await node.network.stop()
    await assert.rejects(node.network.dial(listener.address), { code: 'NETWORK_STOPPED' })
  })
})

describe('discovery by mDNS', () => {
  it('finds a node of the same network on the same link, and no other', async function () {
    const links = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    if (!links.some(({ internal, family }) => !internal && family === 'IPv4')) this.skip()
    const id = systemRandom.bytes(32)
    await using foreign = await startOnLink(systemRandom.bytes(32))
    await using other = await startOnLink(id)
    await using node = await startOnLink(id)
    await node.until(() => node.connected.length > 0)
    assert.deepEqual(
      node.connected.map(({ peer }) => peer),
      [other.peer],
    )
    assert.deepEqual(foreign.connected, [])
  })
})
