/** What an operator sees of the network of a node, and does to it. */
import assert from 'node:assert/strict'

import { isFault } from '#base'
import { NodeKey } from '#network'

import { limits } from '../../network/limits.ts'
import { systemRandom } from '../../node/random.ts'
import { Inbox, TestNode } from './nodes.ts'

const dag = '/pars/dag/1'

describe('an operator', () => {
  it('adds a peer, which is dialled and dialled again, and takes it back', async () => {
    const key = NodeKey.generate(systemRandom)
    const listener = await TestNode.start({ key })
    const listen = [`/ip4/127.0.0.1/tcp/${listener.port}`]
    await using node = await TestNode.start()
    node.network.addStatic(listener.address)
    node.network.addStatic(listener.address)
    await node.until(() => node.connected.length === 1)
    assert.equal(node.network.peers()[0]?.isReserved, true)
    await listener.network.stop()
    await node.until(() => node.disconnected.length === 1)
    await using again = await TestNode.start({ key, listen })
    await node.until(() => node.connected.length === 2)
    assert.equal(await node.network.removeStatic(again.peer), true)
    await node.until(() => node.disconnected.length === 2)
    assert.equal(await node.network.removeStatic(again.peer), false)
    assert.deepEqual(node.network.peers(), [])
  })

  it('ends the connection of a peer that nobody named, too', async () => {
    await using listener = await TestNode.start()
    await using node = await TestNode.start()
    await node.network.dial(listener.address)
    assert.equal(await node.network.removeStatic(listener.peer), false)
    await node.until(() => node.disconnected.length === 1)
  })

  it('names peers by whole addresses, and not more than can be kept', async () => {
    await using node = await TestNode.start()
    for (const address of ['', '/ip4/127.0.0.1/tcp/1', 'enode://ab@127.0.0.1:30303']) {
      assert.throws(
        () => node.network.addStatic(address),
        (error) => isFault(error, 'NETWORK_ADDRESS'),
      )
    }
    const { peerId } = NodeKey.generate(systemRandom)
    const at = (port: number): string => `/ip4/127.0.0.1/tcp/${port}/p2p/${peerId.toString()}`
    for (let port = 1; port <= limits.staticPeers.value; port++) node.network.addStatic(at(port))
    assert.throws(
      () => node.network.addStatic(at(9999)),
      (error) => isFault(error, 'NETWORK_STATIC_FULL'),
    )
  })

  it('sees what went through, handshakes and bans', async () => {
    const received = new Inbox<number>()
    const pushes = [
      { id: dag, traffic: 'dag' as const, receive: (one: Uint8Array) => received.add(one.length) },
    ]
    await using listener = await TestNode.start({ pushes })
    await using node = await TestNode.start({ pushes })
    await node.network.dial(listener.address)
    for (let count = 0; count < 10; count++) {
      assert.ok(node.network.push(listener.peer, dag, new Uint8Array(1000)))
    }
    await received.until((items) => items.length === 10)
    const sent = node.network.traffic().bytes.dag
    assert.deepEqual(sent, { received: 0, sent: 10 * 1004 })
    assert.deepEqual(listener.network.traffic().bytes.dag, { received: 10 * 1004, sent: 0 })
    for (const { network } of [node, listener]) {
      assert.deepEqual(network.traffic().handshakes, { refused: 0, begun: 1, completed: 1 })
    }
    assert.equal(listener.network.traffic().banned, 0)
    listener.network.blame(node.peer, 'a test')
    await listener.until(() => listener.disconnected.length === 1)
    assert.equal(listener.network.traffic().banned, 1)
  })
})
