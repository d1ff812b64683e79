import assert from 'node:assert/strict'

import type { Clock } from '#base'

import { decodeCell, type RoutedCell } from '../../../mesh/cell.ts'
import { limits } from '../../../mesh/limits.ts'
import { AnnounceBody } from '../../../mesh/reach/announce.ts'
import { PathTable } from '../../../mesh/reach/paths.ts'
import { Shares } from '../../../mesh/reach/shares.ts'
import { cheapAnnounce } from './forged.ts'
import { identityOf, type Member, radio, Scene, seeded, wire } from './scene.ts'

const standing: Clock = { now: () => 0, after: () => ({ cancel: () => {} }) }
const known = {
  body: new AnnounceBody(cheapAnnounce('table').body),
  epoch: 11,
  via: { medium: 'net' },
  distance: 3,
  heardAt: 0,
  expires: 1,
  isLost: false,
}

/** A hub with a flooder and two others on wires, and one who listens to its slow radio. */
function town(): { scene: Scene; hub: Member; far: Member; others: readonly Member[] } {
  const scene = new Scene()
  const hub = scene.member('hub')
  const far = scene.member('far')
  const others = ['a0', 'a1'].map((name) => scene.member(name))
  scene.join('net', wire, hub, ...others)
  scene.join('radio', radio, hub, far)
  return { scene, hub, far, others }
}

describe('a flood from one neighbour', () => {
  it('of announces leaves those of the others relayed, over a slow medium too', () => {
    const { scene, hub, far, others } = town()
    for (let at = 0; at < 3000; at++) {
      hub.reach.heard(cheapAnnounce(`${at}`, 11, 1), 'net', { neighbour: 'flooder' })
      scene.clock.pass(20)
    }
    for (const { reach, name } of others) reach.announce(identityOf(name))
    // 156 bytes are a quarter of a second, and 2 % of the time is for them.
    scene.clock.pass(6 * 12_500)
    for (const { name } of others) {
      assert.notEqual(hub.reach.pathTo(identityOf(name).label), undefined)
      assert.notEqual(far.reach.pathTo(identityOf(name).label), undefined, `${name} over the radio`)
    }
    const bytes = scene.sent.filter(({ medium }) => medium === 'radio')
    const airtime = bytes.reduce(
      (sum, { cell }) => sum + (cell.length * 8000) / radio.bitsPerSecond,
      0,
    )
    assert.ok(airtime / (scene.clock.now() - (bytes[0]?.at ?? 0)) < 0.05)
  }).timeout(20_000)

  it('of path requests leaves those of the others answered', () => {
    const { scene, hub, far, others } = town()
    for (const { reach, name } of others) reach.announce(identityOf(name))
    scene.clock.pass(300_000)
    const random = seeded('requests')
    far.reach.forgetMedium('radio')
    for (let at = 0; at < 3000; at++) {
      const label = random.bytes(16)
      const body = random.bytes(8)
      const cell: RoutedCell = { kind: 'path-request', hops: 1, label, context: 0, body }
      hub.reach.heard(cell, 'net', { neighbour: 'flooder' })
    }
    const asker = scene.member('asker')
    scene.join('net', wire, asker)
    let found = 0
    for (const { name } of others) far.reach.seek(identityOf(name).label, () => found++)
    asker.reach.seek(identityOf('a0').label, () => found++)
    scene.clock.pass(60_000)
    assert.equal(found, 3)
    const forwarded = scene.sent.filter(
      ({ by, medium, cell }) =>
        by === 'hub' && medium === 'radio' && decodeCell(cell).kind === 'path-request',
    )
    assert.ok(forwarded.length <= limits.requestQueue.value)
  }).timeout(20_000)

  it('fills its own share of the path table and displaces nobody else', () => {
    const table = new PathTable(standing)
    const put = (key: string, neighbour: string): void =>
      table.put(key, { ...known, via: { medium: 'net', neighbour } })
    for (let at = 0; at < 100; at++) put(`honest ${at}`, `n${at % 5}`)
    for (let at = 0; at < 20_000; at++) put(`flood ${at}`, 'flooder')
    assert.equal(table.size, limits.paths.value)
    for (let at = 0; at < 100; at++) assert.notEqual(table.known(`honest ${at}`), undefined)
    assert.equal(table.known('flood 0'), undefined)
    assert.notEqual(table.known('flood 19999'), undefined)
  })
})

describe('the path table', () => {
  it('takes in place of a lost path one of its epoch that is a hop longer at most', () => {
    const table = new PathTable(standing)
    table.put('key', known)
    assert.ok(!table.isBetter('key', 11, 3))
    assert.ok(table.isBetter('key', 11, 2))
    table.lose('key')
    assert.equal(table.path('key'), undefined)
    assert.ok(table.isBetter('key', 11, 4))
    assert.ok(!table.isBetter('key', 11, 5))
    assert.ok(table.isBetter('key', 12, 99))
    assert.ok(!table.isBetter('key', 10, 1))
  })
})

describe('shares', () => {
  it('give each source its turn, and of its entries the one of least rank', () => {
    const shares = new Shares<number>(10)
    for (const rank of [3, 1, 2]) shares.set('a', `a${rank}`, rank)
    for (const rank of [30, 10]) shares.set('b', `b${rank}`, rank)
    const taken = Array.from({ length: 6 }, () =>
      shares.take(
        (rank) => rank,
        () => true,
      ),
    )
    assert.deepEqual(taken, [1, 10, 2, 30, 3, undefined])
    assert.equal(shares.size, 0)
  })
})
