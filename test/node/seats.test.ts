import assert from 'node:assert/strict'

import { Committee } from '#consensus'
import { mlDsa } from '#crypto'
import { NodeKey, PeerBindings, signPeerBinding } from '#network'

import { Seats } from '../../node/consensus/seats.ts'

const networkId = new Uint8Array(32).fill(7)
const keys = [1, 2].map((seed) => mlDsa(0x65).fromSeed(new Uint8Array(32).fill(seed)))
const [first = '', second = '', moved = '', somebody = ''] = [3, 4, 5, 6].map((seed) =>
  new NodeKey(new Uint8Array(32).fill(seed)).peerId.toString(),
)

/** A committee of two, and what consensus is told of who is there. */
function world() {
  const members = keys.map(({ publicKey }, author) => ({
    publicKey,
    stake: 1n,
    account: new Uint8Array(20).fill(author),
    peerId: [first, second][author]!,
  }))
  const bound = members.map(({ publicKey, peerId: peer }) => ({ publicKey, peer }))
  const bindings = new PeerBindings(networkId, 0, bound)
  const committee = new Committee(0, members)
  const seats = new Seats(committee, bindings)
  const events: string[] = []
  const attendance = seats.attend({
    connected: (peer) => events.push(`+${committee.authorOf(peer) ?? peer}`),
    disconnected: (peer) => events.push(`-${committee.authorOf(peer) ?? peer}`),
  })
  const sent: string[] = []
  const network = seats.port(() => ({
    push(peer) {
      sent.push(peer)
      return true
    },
    async request(peer) {
      sent.push(peer)
      return { items: [], more: false }
    },
    publish: async () => 0,
    blame: (peer) => sent.push(`blamed ${peer}`),
    originOf: (peer) => `origin of ${peer}`,
  }))
  const bind = (author: number, peer: string, sequence = 1): Promise<boolean> =>
    bindings.offer(signPeerBinding(keys[author]!, { networkId, epoch: 0, author, peer, sequence }))
  return { seats, attendance, network, events, sent, bind }
}

const frame = Uint8Array.of(1)

describe('the seats of a committee', () => {
  it('are taken by the nodes of the genesis, and strangers keep their names', () => {
    const { seats, attendance, network, events, sent } = world()
    for (const peer of [second, somebody]) attendance.connected(peer)
    assert.deepEqual(events, ['+1', `+${somebody}`])
    assert.ok(network.push(second, 'dag', frame))
    network.blame(somebody, 'nonsense')
    assert.deepEqual(sent, [second, `blamed ${somebody}`])
    assert.equal(network.originOf?.(first), `origin of ${first}`)
    assert.deepEqual([seats.nodeOf(0), seats.nodeOf(9)], [first, undefined])
  })

  it('move with a binding: consensus goes on under the old name with the new node', async () => {
    const { seats, attendance, network, events, sent, bind } = world()
    for (const peer of [first, moved]) attendance.connected(peer)
    await bind(0, moved)
    assert.deepEqual(events.splice(0), ['+0', `+${moved}`, '-0', `-${moved}`])
    // What network says of the connections that it has ended is no news.
    for (const peer of [first, moved]) attendance.disconnected(peer)
    assert.deepEqual(events, [])
    for (const peer of [moved, first]) attendance.connected(peer)
    assert.deepEqual(events, ['+0', `+stranger ${first}`])
    network.push(first, 'dag', frame)
    await network.request(first, 'blocks', frame)
    network.blame(`stranger ${first}`, 'nonsense')
    assert.deepEqual(sent, [moved, moved, `blamed ${first}`])
    assert.equal(seats.nodeOf(0), moved)
    attendance.disconnected(first)
    assert.equal(events.at(-1), `-stranger ${first}`)
  })

  it('are asked and answered for by who holds them alone', async () => {
    const { seats, attendance, bind } = world()
    const heard: string[] = []
    const committee = [first, second]
    const push = seats.push({
      id: '/pars/dag/1',
      traffic: 'dag',
      receive: async (_, { peer }) => void heard.push(peer),
      drained: (peer) => heard.push(`drained ${peer}`),
      interrupted: (peer) => heard.push(`interrupted ${peer}`),
    })
    const request = seats.request({
      id: '/pars/recover/1',
      traffic: 'sync',
      admits: (peer) => committee.includes(peer),
      async *answer(_, { peer }) {
        heard.push(peer)
        yield frame
      },
    })
    attendance.connected(first)
    assert.equal(request.admits?.(first), true)
    await push.receive(frame, { peer: first })
    assert.deepEqual(heard.splice(0), [first])
    await bind(0, moved)
    assert.equal(request.admits?.(first), false, 'its stream was opened before')
    await assert.rejects(async () => push.receive(frame, { peer: first }), {
      code: 'NODE_PEER_MOVED',
    })
    assert.throws(() => request.answer(frame, { peer: first }), { code: 'NODE_PEER_MOVED' })
    push.drained?.(first)
    for (const peer of [first, moved]) attendance.connected(peer)
    assert.deepEqual([request.admits?.(first), request.admits?.(moved)], [false, true])
    await push.receive(frame, { peer: moved })
    push.interrupted?.(moved)
    assert.deepEqual(heard, [first, `interrupted ${first}`])
  })

  it('stay empty where a validator claims a node that is another’s', async () => {
    const { seats, network, sent, bind } = world()
    await bind(1, first)
    assert.deepEqual([seats.nodeOf(0), seats.nodeOf(1)], [first, undefined])
    assert.equal(network.push(second, 'dag', frame), false)
    await assert.rejects(network.request(second, 'blocks', frame), { code: 'NODE_NOT_CONNECTED' })
    assert.deepEqual(sent, [])
  })
})
