import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { duplexPair } from 'node:stream'

import { encodeBeacon, NetworkKey } from '#mesh'

import { openMedium, type PeerStreams } from '../../../../node/mesh/media/index.ts'
import { lanAddresses } from '../../../../node/mesh/media/lan-station.ts'
import { lacking } from '../../../lacking.ts'
import { Seeded } from '../../../seeded.ts'
import { multicastMissing } from './multicast.ts'
import { Events, Station } from './station.ts'

const port = 26_134

describe('neighbours on a local network', function () {
  this.timeout(20_000)

  before(async function () {
    lacking(this, await multicastMissing())
  })

  it('are those of the same network alone', async () => {
    const village = await NetworkKey.derive('village', 'one')
    const other = await NetworkKey.derive('village', 'another')
    const events = new Events()
    const line = `lan://lo?port=${port}`
    const [a, b, stranger] = [village, village, other].map((network) => {
      return new Station(openMedium(line, { ...events.ports, network }), events)
    })
    assert.ok(a !== undefined && b !== undefined && stranger !== undefined)
    await stranger.start()
    await b.start()
    await a.start()
    const random = new Seeded('lan')
    for (let round = 0; round < 20; round++) await a.reach(b, random.bytes(100))
    await assert.rejects(stranger.medium.send(random.bytes(20)), /nobody is there/)
    assert.equal(stranger.count, 0)
    for (const { medium } of [a, b, stranger]) await medium.stop()
  })

  it('are none where a beacon is repeated by somebody else', async () => {
    const network = NetworkKey.open('pars')
    const events = new Events()
    const medium = openMedium(`lan://lo?port=${port + 1}`, { ...events.ports })
    await medium.start(() => {})
    const thief = createSocket('udp4').bind(0, '127.0.0.1')
    await once(thief, 'listening')
    const stolen = encodeBeacon(network, new Uint8Array(8), '127.0.0.1:9')
    const own = encodeBeacon(network, new Uint8Array(8), `127.0.0.1:${thief.address().port}`)
    thief.send(stolen, port + 1, '127.0.0.1')
    thief.send(own, port + 1, '127.0.0.1')
    await events.logged('a neighbour is there')
    const there = events.lines.filter(({ message }) => message === 'a neighbour is there')
    assert.deepEqual(
      there.map(({ facts }) => facts['neighbour']),
      [`127.0.0.1:${thief.address().port}`],
    )
    await medium.stop()
    thief.close()
  })

  it('are found by IPv6 too', async function () {
    const found = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
      addresses.some(({ address, internal }) => !internal && address.startsWith('fe80:')),
    )
    lacking(this, found === undefined ? 'no interface has a link-local address' : undefined)
    const events = new Events()
    const line = `lan://${found?.[0]}?family=6&port=${port + 2}`
    const a = new Station(openMedium(line, events.ports), events)
    const b = new Station(openMedium(line, events.ports), events)
    await b.start()
    await a.start()
    const random = new Seeded('six')
    const { neighbour } = await a.reach(b, random.bytes(100))
    await b.reach(a, random.bytes(100), neighbour)
    await a.medium.stop()
    await b.medium.stop()
  })

  it('are those on the network of the same interface', () => {
    const [loopback] = lanAddresses(4, 'lo')
    assert.ok(loopback !== undefined)
    assert.ok(loopback.includes('127.3.2.1'))
    assert.ok(!loopback.includes('128.0.0.1'))
    assert.deepEqual(
      lanAddresses(4).filter(({ isInternal }) => isInternal),
      [],
    )
    for (const { interface: name, includes } of lanAddresses(6)) {
      assert.ok(includes(`fe80::1%${name}`))
      assert.ok(!includes('fe80::1%elsewhere0'))
    }
  })

  it('are none on an interface that is not there, which is no reason to fail', async () => {
    const events = new Events()
    const medium = openMedium('lan://nowhere0', events.ports)
    await medium.start(() => {})
    await events.logged('no network yet')
    await assert.rejects(medium.send(new Uint8Array(20)), /nobody is there/)
    await medium.stop()
  })
})

describe('neighbours over streams between peers', () => {
  it('are heard once each, also where both have opened a stream', async () => {
    const events = new Events()
    const takers = new Map<string, Parameters<PeerStreams['handle']>[1]>()
    const streamsOf = (self: string): PeerStreams => ({
      async open(peer) {
        const take = takers.get(peer)
        if (take === undefined) throw new Error('nobody handles it')
        const [near, far] = duplexPair()
        near.once('close', () => far.destroy())
        far.once('close', () => near.destroy())
        take(far, self)
        return near
      },
      handle(_protocol, take) {
        takers.set(self, take)
        return () => void takers.delete(self)
      },
    })
    const [a, b] = ['a', 'b'].map((self) => {
      const line = `libp2p://${self === 'a' ? 'b' : 'a'}`
      const streams = streamsOf(self)
      return new Station(openMedium(line, { ...events.ports, streams }), events)
    })
    assert.ok(a !== undefined && b !== undefined)
    await Promise.all([a.start(), b.start()])
    const random = new Seeded('both')
    assert.deepEqual(await a.reach(b, random.bytes(30)), { neighbour: 'a' })
    assert.deepEqual(await b.reach(a, random.bytes(30), 'a'), { neighbour: 'b' })
    await a.medium.send(new Uint8Array(40).fill(7))
    await b.hears(new Uint8Array(40).fill(7))
    await Promise.all([a.medium.stop(), b.medium.stop()])
    assert.equal(b.count, 2)
    assert.equal(a.count, 1)
  })
})
