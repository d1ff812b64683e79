import assert from 'node:assert/strict'

import { utf8 } from '#base'
import { NodeKey, parseAddress } from '#network'
import { type Change, openMemory } from '#storage'

import { limits } from '../../network/limits.ts'
import { isShared } from '../../network/peers/address.ts'
import { Bans } from '../../network/peers/bans.ts'
import { PeerBook } from '../../network/peers/book.ts'
import { Redial } from '../../network/peers/redial.ts'
import { systemRandom } from '../../node/random.ts'
import { ManualClock } from '../manual-clock.ts'

/** PeerIds without the cost of keys: 44 characters behind `Qm` that decode. */
function peerNumber(index: number): string {
  const key = new NodeKey(new Uint8Array(32).fill(index & 255).fill(index >> 8, 16))
  return key.peerId.toString()
}

function addressOf(peer: string, host = '192.0.2.1', port = 7227): string {
  return `/ip4/${host}/tcp/${port}/p2p/${peer}`
}

function put(key: string, value: Uint8Array): Change {
  return { type: 'put', key: utf8(key), value }
}

const peers = Array.from({ length: 80 }, (_, index) => peerNumber(index))
const [first = '', second = ''] = peers

describe('addresses', () => {
  it('name a host, a port and a peer', () => {
    for (const text of [
      addressOf(first),
      `/ip6/2001:db8::1/tcp/1/p2p/${first}`,
      `/dns4/node.example/tcp/65535/p2p/${first}`,
    ]) {
      assert.equal(parseAddress(text).peer, first)
      assert.equal(parseAddress(text).text, text)
    }
  })

  const bad = [
    '/ip4/192.0.2.1/tcp/7227',
    addressOf(`${first}x`),
    addressOf(first, '192.0.2.256'),
    addressOf(first, '192.0.2.1', 0),
    addressOf(first, '192.0.2.1', 65_536),
    `/ip4/192.0.2.1/udp/7227/p2p/${first}`,
    `/ip6/192.0.2.1/tcp/7227/p2p/${first}`,
    `/dns4/192.0.2.1/tcp/7227/p2p/${first}`,
    `/dns4/${'a'.repeat(300)}/tcp/7227/p2p/${first}`,
    `${addressOf(first)}/p2p-circuit`,
    '',
  ]
  for (const text of bad) {
    it(`are not ${text.slice(0, 60)}`, () => {
      assert.throws(() => parseAddress(text), { code: 'NETWORK_ADDRESS' })
    })
  }

  it('mean nothing to a peer that is further away than they reach', () => {
    assert.ok(isShared('127.0.0.1', '127.0.0.1'))
    assert.ok(isShared('192.168.1.1', '127.0.0.1'))
    assert.ok(!isShared('127.0.0.1', '192.168.1.1'))
    assert.ok(!isShared('10.0.0.1', '203.0.114.1'))
    assert.ok(!isShared('::1', '203.0.114.1'))
    assert.ok(isShared('203.0.114.1', '203.0.114.2'))
    assert.ok(!isShared('node.example', '127.0.0.1'))
  })
})

describe('peer book', () => {
  it('is there after a restart, with addresses, times and bans', async () => {
    const clock = new ManualClock(1_000_000)
    const store = openMemory()
    const book = await PeerBook.open(store, clock)
    book.learn(addressOf(first), second)
    book.learn(addressOf(first, '192.0.2.2'), second)
    book.seen(first, 5_000, addressOf(first, '192.0.2.2'))
    book.bans.charge(second, limits.ban.value, 'forged')
    await book.flush()
    const again = await PeerBook.open(store, clock)
    assert.deepEqual(again.entries(), [
      {
        peer: first,
        addresses: [addressOf(first, '192.0.2.2'), addressOf(first)],
        source: second,
        seen: 5_000,
      },
    ])
    assert.ok(again.bans.isBanned(second))
    assert.equal(again.bans.records()[0]?.reason, 'forged')
  })

  it('drops what it cannot read', async () => {
    const store = openMemory()
    const changes = [put('pa', Uint8Array.of(1)), put('pb', utf8('garbage')), put('bc', utf8('x'))]
    await store.write(changes, { sync: false })
    const book = await PeerBook.open(store, new ManualClock(1_000_000))
    assert.deepEqual(book.entries(), [])
    assert.deepEqual(book.bans.records(), [])
    await book.flush()
  })

  it('keeps in front the address that worked, whatever others say', async () => {
    const book = await PeerBook.open(openMemory(), new ManualClock(1_000_000))
    book.seen(first, 1, addressOf(first))
    for (let port = 1; port < 20; port++) book.learn(addressOf(first, '198.51.100.1', port), second)
    const addresses = book.get(first)?.addresses ?? []
    assert.equal(addresses[0], addressOf(first))
    assert.equal(addresses.length, limits.addressesPerPeer.value)
  })

  it('hears no source beyond its share of peers that nobody reached', async () => {
    const book = await PeerBook.open(openMemory(), new ManualClock(1_000_000))
    const heard = peers.filter((peer) => book.learn(addressOf(peer), 'gossiper'))
    assert.equal(heard.length, limits.bookPerSource.value)
    assert.ok(book.learn(addressOf(peers.at(-1) ?? ''), 'another'))
  })
})

describe('bans', () => {
  it('end by themselves', () => {
    const clock = new ManualClock(1_000_000)
    const bans = new Bans(clock)
    assert.equal(bans.charge(first, limits.ban.value, 'forged'), true)
    clock.advance(limits.banHalfLife.value)
    assert.ok(bans.isBanned(first))
    clock.advance(limits.banHalfLife.value + 1)
    assert.ok(!bans.isBanned(first))
    clock.advance(20 * limits.banHalfLife.value)
    assert.deepEqual(bans.records(), [])
  })

  it('come of two strikes within a half-life, not of two far apart', () => {
    const clock = new ManualClock(1_000_000)
    const bans = new Bans(clock)
    assert.equal(bans.charge(first, limits.strike.value, 'budget'), false)
    assert.equal(bans.charge(second, limits.strike.value, 'budget'), false)
    clock.advance(1_000)
    assert.equal(bans.charge(first, limits.strike.value, 'budget'), true)
    clock.advance(2 * limits.banHalfLife.value)
    assert.equal(bans.charge(second, limits.strike.value, 'budget'), false)
  })

  it('forget the least when there are too many', () => {
    const bans = new Bans(new ManualClock(1_000_000))
    bans.charge('worst', 1_000, '')
    for (let index = 0; index <= limits.bans.value; index++) bans.charge(`peer ${index}`, 10, '')
    assert.ok(bans.isBanned('worst'))
    assert.ok(bans.records().length <= limits.bans.value)
  })
})

/** When a peer that never answers is dialled. */
async function failures(count: number): Promise<readonly number[]> {
  const clock = new ManualClock(1_000_000)
  const dials: number[] = []
  const redial = new Redial({
    clock,
    random: systemRandom,
    dial() {
      dials.push(clock.now())
      return Promise.reject(new Error('refused'))
    },
  })
  const targets = [{ peer: first, addresses: [addressOf(first)], pause: limits.redialCap.value }]
  while (dials.length < count) {
    redial.tick(targets)
    await new Promise(setImmediate)
    clock.advance(250)
  }
  return dials
}

describe('redial', () => {
  it('waits longer after each failure, up to a bound', async () => {
    const dials = await failures(14)
    const pauses = dials.slice(1).map((at, index) => at - (dials[index] ?? 0))
    const { redialBase, redialCap } = limits
    for (const [index, pause] of pauses.entries()) {
      const whole = Math.min(redialCap.value, redialBase.value * 2 ** index)
      assert.ok(pause >= whole / 2 && pause <= whole + 250, `${pause} of ${whole}`)
    }
  })

  it('tries the addresses in turn, and few peers at once', async () => {
    const clock = new ManualClock(1_000_000)
    const dialled: string[] = []
    const redial = new Redial({
      clock,
      random: systemRandom,
      dial(address) {
        dialled.push(address)
        return Promise.reject(new Error('refused'))
      },
    })
    const addresses = [1, 2, 3].map((port) => addressOf(first, '192.0.2.1', port))
    for (let round = 0; round < 4; round++) {
      redial.tick([{ peer: first, addresses, pause: limits.redialCap.value }])
      await new Promise(setImmediate)
      clock.advance(limits.redialCap.value)
    }
    assert.deepEqual(dialled, [...addresses, addresses[0]])
    dialled.length = 0
    redial.tick(peers.map((peer) => ({ peer, addresses: [addressOf(peer)], pause: 1_000 })))
    assert.equal(dialled.length, limits.dials.value)
  })
})
