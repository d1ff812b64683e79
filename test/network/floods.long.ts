import assert from 'node:assert/strict'

import type { Clock } from '#base'
import { malformed } from '#network'

import { limits } from '../../network/limits.ts'
import { frame } from '../../network/streams/frames.ts'
import { systemClock } from '../../node/clock.ts'
import { systemRandom } from '../../node/random.ts'
import { Inbox, quick, TestNode } from './nodes.ts'
import { multistream, RawSocket, recordedClientHello } from './raw-peer.ts'
import { Rogue } from './rogue.ts'

const dag = '/pars/dag/1'

/** Timers run, but no bucket refills. */
const stillClock: Clock = { ...systemClock, now: () => 1_000 }

function callMalformed(): never {
  throw malformed('not a header')
}

describe('floods', function () {
  this.timeout(60_000)

  const attacks: readonly (readonly [string, () => Promise<Buffer>])[] = [
    ['half-open handshakes', () => Promise.resolve(Buffer.alloc(0))],
    ['recorded ClientHellos', recordedClientHello],
  ]
  for (const [what, prepare] of attacks) {
    it(`of ${what} from everywhere leave room for the committee`, async function () {
      // Other systems give the loopback interface one address alone.
      if (process.platform !== 'linux') this.skip()
      const payload = await prepare()
      const received = new Inbox<number>()
      const pushes = [
        { id: dag, traffic: 'dag', receive: (one: Uint8Array) => received.add(one.length) },
      ] as const
      await using friend = await TestNode.start({ pushes })
      await using node = await TestNode.start({
        clock: stillClock,
        pushes,
        staticPeers: [friend.address.replace(/\/tcp\/\d+/, '/tcp/1')],
      })
      const sources = Array.from({ length: 200 }, (_, index) => `127.0.${1 + (index % 100)}.1`)
      const attackers = await Promise.all(
        sources.map(async (source) => {
          const raw = await RawSocket.to(node.port, source)
          raw.socket.write(multistream('/multistream/1.0.0', '/pars/tls/1'))
          raw.socket.write(payload)
          return raw
        }),
      )
      await friend.network.dial(node.address)
      assert.ok(friend.network.push(node.peer, dag, new Uint8Array(100_000)))
      await received.until((items) => items.length === 1)

      await Promise.all(attackers.map(({ closed }) => closed))
      const answered = attackers.filter(({ received: bytes }) => bytes.length > 0)
      const strangers = limits.handshakes.value - limits.reservedHandshakes.value
      assert.ok(answered.length > 0)
      assert.ok(answered.length <= strangers, `${answered.length} began a handshake`)
      assert.deepEqual(
        node.network.peers().map(({ peer }) => peer),
        [friend.peer],
      )
    })
  }

  it('from one network end at its rate', async function () {
    if (process.platform !== 'linux') this.skip()
    await using friend = await TestNode.start()
    const staticPeers = [friend.address.replace(/\/tcp\/\d+/, '/tcp/1')]
    await using node = await TestNode.start({ clock: stillClock, staticPeers })
    const sources = Array.from({ length: 60 }, (_, index) => `127.0.9.${1 + index}`)
    const answers = await Promise.all(
      sources.map(async (source) => {
        const raw = await RawSocket.to(node.port, source)
        raw.socket.write(multistream('/multistream/1.0.0', '/noise'))
        const hasAnswer = await raw.hears('na\n').then(
          () => true,
          () => false,
        )
        raw.socket.destroy()
        return hasAnswer
      }),
    )
    assert.equal(answers.filter(Boolean).length, limits.acceptRatePerNetwork.value)
  })

  it('of malformed frames from 500 fresh identities are 500 bans and no crash', async function () {
    // Ten seconds of work, on machines that may do much else meanwhile.
    this.timeout(180_000)
    // A hundred times as fast, so that the accept rate is no bound of this test.
    const clock: Clock = { ...systemClock, now: () => systemClock.now() * 100 }
    await using node = await TestNode.start({
      clock,
      pushes: [{ id: dag, traffic: 'dag', receive: callMalformed }],
      timings: { ...quick, heartbeat: 10_000_000, gossipStall: 10_000_000 },
    })
    const before = process.memoryUsage().arrayBuffers
    const rogues = new Set<string>()
    const attack = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        await using rogue = await Rogue.greeted(node.address)
        rogues.add(rogue.peer)
        const bytes = systemRandom.bytes(1 + index * 7)
        await rogue.throwAt(
          dag,
          index % 2 === 0 ? frame(bytes) : Buffer.from('ff'.repeat(40), 'hex'),
        )
        if (index % 2 === 1 && rogue.isConnected) await rogue.throwAt(dag, frame(bytes))
        await rogue.closed
      }
    }
    await Promise.all(Array.from({ length: 5 }, () => attack(100)))
    await node.until(() => node.bans.length >= 500)
    assert.deepEqual(new Set(node.bans.map(({ peer }) => peer)), rogues)
    assert.equal(rogues.size, 500)
    assert.deepEqual(node.network.peers(), [])
    const growth = process.memoryUsage().arrayBuffers - before
    assert.ok(growth < 64 * 1024 * 1024, `${growth} bytes`)
    await using friend = await TestNode.start()
    await friend.network.dial(node.address)
  })
})
