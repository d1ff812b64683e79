import assert from 'node:assert/strict'

import { type Cell, decodeCell, type RoutedCell } from '../../../mesh/cell.ts'
import type { MediumMode } from '../../../mesh/medium.ts'
import { cheapAnnounce } from './forged.ts'
import { identityOf, type Member, radio, Scene, seeded, wire } from './scene.ts'

const modes = ['full', 'access-point', 'roaming', 'boundary', 'gateway'] as const

function cellsOn(scene: Scene, medium: string, by = 'hub'): readonly Cell[] {
  return scene.sent
    .filter((sent) => sent.medium === medium && sent.by === by)
    .map(({ cell }) => decodeCell(cell))
}

/** A hub with a medium of each mode. */
function crossing(): { scene: Scene; hub: Member } {
  const scene = new Scene()
  const hub = scene.member('hub')
  for (const mode of modes) scene.join(mode, { ...wire, mode }, hub)
  return { scene, hub }
}

function pathRequest(seed: string, hops = 1): RoutedCell {
  const random = seeded(seed)
  const label = random.bytes(16)
  return { kind: 'path-request', hops, label, context: 0, body: random.bytes(8) }
}

/** All that one sends who looks for a path, and when. */
function requestsOf(name: string): readonly string[] {
  const scene = new Scene('same')
  const hub = scene.member('hub')
  scene.join('wire', wire, hub)
  hub.reach.announce(identityOf(name), { isPublic: false })
  hub.reach.seek(pathRequest('wanted').label, () => {})
  scene.clock.pass(3_600_000)
  return scene.sent.map(({ at, cell }) => `${at} ${cell.toHex()}`)
}

describe('relaying', () => {
  it('keeps to the modes of media, and so do the lifetimes of paths', () => {
    const expected: Readonly<Record<MediumMode, readonly [string, number]>> = {
      full: ['roaming boundary gateway', 7 * 24],
      'access-point': ['full roaming boundary gateway', 24],
      roaming: ['full gateway', 6],
      boundary: ['full gateway', 7 * 24],
      gateway: ['full roaming boundary', 7 * 24],
    }
    for (const from of modes) {
      const { scene, hub } = crossing()
      const cell = cheapAnnounce(from)
      hub.reach.heard(cell, from, { neighbour: 'n' })
      scene.clock.pass(100)
      const [to, hours] = expected[from]
      const sent = modes.filter((mode) => cellsOn(scene, mode).length > 0)
      assert.equal(sent.join(' '), to, from)
      const path = hub.reach.pathTo(cell.label)
      assert.equal((path?.expires ?? 0) - (path?.heardAt ?? 0), hours * 3_600_000, from)
      scene.clock.pass(hours * 3_600_000)
      assert.equal(hub.reach.pathTo(cell.label), undefined)
    }
  })

  it('announces own destinations everywhere but to an access point', () => {
    const { scene, hub } = crossing()
    hub.reach.announce(identityOf('a0'))
    scene.clock.pass(100)
    const sent = modes.filter((mode) => cellsOn(scene, mode).length > 0)
    assert.deepEqual(sent, ['full', 'roaming', 'boundary', 'gateway'])
  })

  it('counts a hop and changes nothing else', () => {
    const { scene, hub } = crossing()
    const cell = cheapAnnounce('hop')
    hub.reach.heard(cell, 'full', { neighbour: 'n' })
    scene.clock.pass(100)
    assert.deepEqual(cellsOn(scene, 'gateway')[0], { ...cell, hops: cell.hops + 1 })
  })

  it('is not for a leaf, who announces itself alone', () => {
    const scene = new Scene()
    const leaf = scene.member('leaf', { relays: false })
    scene.join('one', wire, leaf)
    scene.join('two', wire, leaf)
    leaf.reach.heard(cheapAnnounce('leaf'), 'one', { neighbour: 'n' })
    leaf.reach.heard(pathRequest('leaf'), 'one', { neighbour: 'n' })
    scene.clock.pass(60_000)
    assert.deepEqual(scene.sent, [])
    assert.equal(leaf.reach.paths().length, 1)
    const { label } = cheapAnnounce('leaf')
    leaf.reach.heard({ ...pathRequest('other'), label }, 'two', { neighbour: 'n' })
    scene.clock.pass(60_000)
    assert.deepEqual(scene.sent, [])
    leaf.reach.announce(identityOf('a0'))
    scene.clock.pass(10)
    assert.equal(scene.sent.length, 2)
  })

  it('takes 2 % of the bit rate, and of what a duty cycle leaves', () => {
    for (const dutyCycle of [undefined, 0.1]) {
      const scene = new Scene()
      const hub = scene.member('hub')
      scene.join('wire', wire, hub)
      scene.join('radio', { ...radio, dutyCycle }, hub)
      for (let at = 0; at < 60; at++) {
        hub.reach.heard(cheapAnnounce(`${at}`), 'wire', { neighbour: 'n' })
        scene.clock.pass(1000)
      }
      scene.clock.pass(540_000)
      const bytes = scene.sent
        .filter(({ medium }) => medium === 'radio')
        .reduce((sum, { cell }) => sum + cell.length, 0)
      const most = 600 * (radio.bitsPerSecond / 8) * 0.02 * (dutyCycle ?? 1)
      assert.ok(bytes <= most + 156 && bytes > most - 2 * 156, `${bytes} of ${most}`)
    }
  })

  it('says it once more, short, where nobody repeats it', () => {
    for (const relays of [true, false]) {
      const scene = new Scene()
      const hub = scene.member('hub')
      scene.join('radio', radio, hub, scene.member('other', { relays }))
      hub.reach.announce(identityOf('a0'))
      scene.clock.pass(600_000)
      const sizes = scene.sent.filter(({ by }) => by === 'hub').map(({ cell }) => cell.length)
      assert.deepEqual(sizes, relays ? [156] : [156, 55])
    }
  })

  it('lets three strangers in per second on a new medium, and ten on one that is old', () => {
    for (const [age, rate] of [
      [0, 3],
      [7_200_000, 10],
    ] as const) {
      const scene = new Scene()
      const hub = scene.member('hub')
      scene.join('wire', wire, hub)
      hub.reach.heard(cheapAnnounce('first'), 'wire', { neighbour: 'n' })
      scene.clock.pass(age)
      const known = hub.reach.paths().length
      for (let at = 0; at < 100; at++) {
        hub.isClockTrusted = false
        hub.reach.heard(cheapAnnounce(`${at}`), 'wire', { neighbour: `n${at % 7}` })
      }
      scene.clock.pass(5000)
      const learned = hub.reach.paths().length - known
      assert.ok(learned >= 5 * rate - 3 && learned <= 5 * rate + 4, `${learned} at ${rate}`)
    }
  })
})

describe('a path request', () => {
  it('goes on once, a hop farther, to all other media, and ends at 128 hops', () => {
    const { scene, hub } = crossing()
    const cell = pathRequest('once')
    for (const medium of ['full', 'full', 'gateway']) {
      hub.reach.heard(cell, medium, { neighbour: 'n' })
      scene.clock.pass(100)
    }
    assert.deepEqual(cellsOn(scene, 'full'), [])
    for (const mode of modes.slice(1)) {
      assert.deepEqual(cellsOn(scene, mode), [{ ...cell, hops: 2 }])
    }
    const count = scene.sent.length
    hub.reach.heard(pathRequest('far', 128), 'full', { neighbour: 'n' })
    scene.clock.pass(60_000)
    assert.equal(scene.sent.length, count)
  })

  it('takes a tenth of the bit rate of others, and is answered within it', () => {
    const scene = new Scene()
    const hub = scene.member('hub')
    scene.join('wire', wire, hub)
    scene.join('radio', radio, hub)
    for (let at = 0; at < 3000; at++) {
      hub.reach.heard(pathRequest(`${at}`), 'wire', { neighbour: `n${at % 5}` })
      scene.clock.pass(200)
    }
    const bytes = cellsOn(scene, 'radio').length * 27
    const most = 600 * (radio.bitsPerSecond / 8) * 0.1
    assert.ok(bytes <= most + 27 && bytes > most / 4, `${bytes} of ${most}`)
  })

  it('is not passed on when it comes back to who sent it', () => {
    const { scene, hub } = crossing()
    hub.reach.seek(pathRequest('own').label, () => {})
    const [own] = cellsOn(scene, 'full')
    assert.ok(own?.kind === 'path-request')
    const count = scene.sent.length
    hub.reach.heard({ ...own, hops: 7 }, 'gateway', { neighbour: 'n' })
    scene.clock.pass(1000)
    assert.equal(scene.sent.length, count)
  })

  it('is answered to who asked alone, and not again at once', () => {
    const scene = new Scene()
    const hub = scene.member('hub')
    scene.join('wire', wire, hub)
    hub.reach.announce(identityOf('a0'), { isPublic: false })
    const { label } = identityOf('a0')
    const ask = (seed: string, neighbour: string): void => {
      hub.reach.heard({ ...pathRequest(seed), label }, 'wire', { neighbour })
      scene.clock.pass(2000)
    }
    ask('1', 'a')
    ask('2', 'a')
    ask('3', 'b')
    assert.equal(scene.sent.length, 2)
    scene.clock.pass(10_000)
    ask('4', 'a')
    assert.equal(scene.sent.length, 3)
  })

  it('is answered by one of those who hear it on a shared channel, and by who is nearest', () => {
    const scene = new Scene()
    const origin = scene.member('origin')
    const others = ['x', 'y', 'z'].map((name) => scene.member(name))
    scene.join('radio', radio, origin, ...others)
    scene.loses = (by, to) => [by.name, to.name].toSorted().join() === 'asker,origin'
    origin.reach.announce(identityOf('a0'), { isPublic: false })
    for (const { reach } of others) reach.seek(identityOf('a0').label, () => {})
    scene.clock.pass(120_000)
    const asker = scene.member('asker')
    scene.join('radio', radio, asker)
    const before = scene.sent.length
    asker.reach.seek(identityOf('a0').label, () => {})
    scene.clock.pass(15_000)
    const answers = scene.sent.slice(before).filter(({ cell }) => cell.length === 156)
    assert.equal(answers.length, 1)
    assert.notEqual(asker.reach.pathTo(identityOf('a0').label), undefined)
  })

  it('says nothing of who asks: with other identities the same bytes go out', () => {
    assert.deepEqual(requestsOf('a0'), requestsOf('a1'))
    assert.ok(requestsOf('a0').length > 3)
  })
})
