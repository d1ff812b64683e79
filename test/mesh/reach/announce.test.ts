import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { encodeCell, type RoutedCell } from '../../../mesh/cell.ts'
import { AnnounceBody, fullAnnounce, shortAnnounce } from '../../../mesh/reach/announce.ts'
import { type Destination, destinationHash } from '../../../mesh/reach/destination.ts'
import { cheapAnnounce, forgedAnnounce } from './forged.ts'
import { halfHour, identityOf, type Member, Scene, wire } from './scene.ts'

const identity = identityOf('a0')

function bodyAt(epoch: number, destination: Destination = identity.destination): AnnounceBody {
  return AnnounceBody.of(destination, epoch, identity.chain.value(epoch))
}

/** One who hears what a test says on `wire` from `neighbour`. */
function listener(scene = new Scene()): { scene: Scene; member: Member; hear: Hear } {
  const member = scene.member('listener')
  scene.join('wire', wire, member)
  const hear = (cell: RoutedCell, neighbour = 'n'): void => {
    member.reach.heard(cell, 'wire', { neighbour })
    scene.clock.pass(10)
  }
  return { scene, member, hear }
}
type Hear = (cell: RoutedCell, neighbour?: string) => void

describe('an announce', () => {
  it('takes 156 bytes whole, 55 for who knows the rest, and 16 more for a destination by name', () => {
    const body = bodyAt(11)
    assert.equal(encodeCell(fullAnnounce(body, identity.label, 5)).length, 156)
    assert.equal(encodeCell(shortAnnounce(body, identity.label, 5)).length, 55)
    const named = bodyAt(11, identity.named('inbox'))
    assert.equal(encodeCell(fullAnnounce(named, named.label, 5)).length, 172)
    assert.equal(encodeCell(shortAnnounce(named, named.label, 5)).length, 55)
  })

  it('needs nothing before it to be proven', () => {
    const { member, hear } = listener()
    hear(fullAnnounce(bodyAt(11), identity.label, 5))
    const path = member.reach.pathTo(identity.label)
    assert.equal(path?.distance, 6)
    assert.deepEqual(path?.destination, { ...identity.destination, nameHash: undefined })
  })

  it('is proven for a destination by name, also when short', () => {
    const { scene, member, hear } = listener()
    const named = identity.named('inbox')
    const label = destinationHash(named.address, named.nameHash).subarray(0, 16)
    hear(fullAnnounce(bodyAt(11, named), label, 5))
    scene.clock.pass(halfHour)
    hear(shortAnnounce(bodyAt(12, named), label, 5))
    assert.equal(member.reach.pathTo(label)?.epoch, 12)
    assert.equal(member.reach.pathTo(identity.label), undefined)
  })

  it('is refused where any byte of it is another', () => {
    const cell = fullAnnounce(bodyAt(11), identity.label, 5)
    const { member, hear } = listener()
    for (let at = 0; at < cell.body.length; at++) {
      hear({ ...cell, body: cell.body.with(at, (cell.body[at] ?? 0) ^ 1) })
    }
    for (let at = 0; at < 16; at++) {
      hear({ ...cell, label: cell.label.with(at, (cell.label[at] ?? 0) ^ 1) })
    }
    assert.deepEqual(member.reach.paths(), [])
    hear(cell)
    assert.equal(member.reach.paths().length, 1)
  })

  it('is refused where any byte of it is another than is known, though its chain is right', () => {
    const { scene, member, hear } = listener()
    hear(fullAnnounce(bodyAt(11), identity.label, 5))
    scene.clock.pass(halfHour)
    const cell = fullAnnounce(bodyAt(12), identity.label, 1)
    for (let at = 0; at < cell.body.length; at++) {
      hear({ ...cell, body: cell.body.with(at, (cell.body[at] ?? 0) ^ 1) })
    }
    assert.equal(member.reach.pathTo(identity.label)?.epoch, 11)
    hear(cell)
    assert.equal(member.reach.pathTo(identity.label)?.epoch, 12)
  })

  it('is refused as short where the chain does not lead to what is known', () => {
    const { scene, member, hear } = listener()
    hear(fullAnnounce(bodyAt(11), identity.label, 5))
    scene.clock.pass(halfHour)
    const cell = shortAnnounce(bodyAt(12), identity.label, 1)
    for (let at = 0; at < cell.body.length; at++) {
      hear({ ...cell, body: cell.body.with(at, (cell.body[at] ?? 0) ^ 1) })
    }
    assert.equal(member.reach.pathTo(identity.label)?.epoch, 11)
    hear(cell)
    assert.equal(member.reach.pathTo(identity.label)?.epoch, 12)
  })

  it('is refused from another time where the clock is trusted, and believed where it is not', () => {
    for (const epoch of [8, 9, 13, 14, 300]) {
      const { member, hear } = listener()
      hear(fullAnnounce(bodyAt(epoch), identity.label, 5))
      const isNear = epoch >= 9 && epoch <= 13
      assert.equal(member.reach.pathTo(identity.label) !== undefined, isNear, `${epoch}`)
      member.isClockTrusted = false
      hear(fullAnnounce(bodyAt(epoch), identity.label, 5))
      assert.equal(member.reach.pathTo(identity.label)?.epoch, epoch)
    }
  })

  it('replaces an older one and one of its epoch from farther, and is replaced by neither', () => {
    const { scene, member, hear } = listener()
    const seen = (): unknown => {
      const path = member.reach.pathTo(identity.label)
      return [path?.epoch, path?.distance, path?.neighbour]
    }
    hear(fullAnnounce(bodyAt(11), identity.label, 5), 'far')
    hear(fullAnnounce(bodyAt(11), identity.label, 6), 'farther')
    assert.deepEqual(seen(), [11, 6, 'far'])
    hear(fullAnnounce(bodyAt(11), identity.label, 3), 'near')
    assert.deepEqual(seen(), [11, 4, 'near'])
    scene.clock.pass(halfHour)
    hear(fullAnnounce(bodyAt(12), identity.label, 7), 'far')
    assert.deepEqual(seen(), [12, 8, 'far'])
    hear(fullAnnounce(bodyAt(11), identity.label, 2), 'near')
    assert.deepEqual(seen(), [12, 8, 'far'])
  })

  it('does not go on for ever: its hops end at 128', () => {
    const { member, hear } = listener()
    hear(fullAnnounce(bodyAt(11), identity.label, 128))
    assert.deepEqual(member.reach.paths(), [])
    hear(fullAnnounce(bodyAt(11), identity.label, 127))
    assert.equal(member.reach.paths().length, 1)
  })

  it('believes an old one that somebody sends unasked as little when it is called an answer', () => {
    const { member, hear } = listener()
    hear(fullAnnounce(bodyAt(3), identity.label, 5, true))
    assert.deepEqual(member.reach.paths(), [])
    member.reach.seek(identity.label, () => {})
    hear(fullAnnounce(bodyAt(3), identity.label, 5, true))
    assert.equal(member.reach.paths().length, 1)
  })

  it('survives 6000 damaged cells: none throws, none is believed', () => {
    const { scene, member } = listener()
    const cells = [
      fullAnnounce(bodyAt(11), identity.label, 5),
      shortAnnounce(bodyAt(11), identity.label, 5),
      cheapAnnounce('fuzz'),
      { ...cheapAnnounce('fuzz'), kind: 'path-request', context: 0, body: new Uint8Array(8) },
    ] as const
    const property = fc.property(
      fc.constantFrom(...cells),
      fc.constantFrom('cut', 'longer', 'changed', 'context'),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (cell, change, number, byte) => {
        const at = number % cell.body.length
        const changed = cell.body.with(at, (cell.body[at] ?? 0) ^ byte)
        const damaged = {
          cut: { ...cell, body: cell.body.subarray(0, at) },
          longer: { ...cell, body: new Uint8Array([...cell.body, ...changed]) },
          changed: { ...cell, body: changed },
          context: { ...cell, context: byte, body: changed },
        }[change]
        member.reach.heard(damaged, 'wire', { neighbour: `n${number % 50}` })
      },
    )
    fc.assert(property, { numRuns: 6000, seed: 8 })
    scene.clock.pass(60_000)
    assert.deepEqual(member.reach.paths(), [])
    assert.ok(member.reach.counts.malformed > 1000)
  })

  it('costs who forges, not who hears: what proves nothing is paid by its source alone', () => {
    const { scene, member } = listener()
    member.isClockTrusted = false
    const learned = (label: Uint8Array): boolean => member.reach.pathTo(label) !== undefined
    for (let at = 0; at < 100; at++) {
      member.reach.heard(forgedAnnounce(`${at}`, 16_000), 'wire', { neighbour: 'forger' })
    }
    const honest = cheapAnnounce('honest', 4000)
    const late = cheapAnnounce('late', 16_000)
    member.reach.heard(honest, 'wire', { neighbour: 'other' })
    scene.clock.pass(5000)
    assert.ok(learned(honest.label))
    member.reach.heard(late, 'wire', { neighbour: 'forger' })
    scene.clock.pass(5000)
    assert.ok(!learned(late.label))
    member.reach.heard(late, 'wire', { neighbour: 'third' })
    scene.clock.pass(5000)
    assert.ok(learned(late.label))
  }).timeout(20_000)
  it('costs its source nothing where it is right, and its medium no more than a share of time', () => {
    const { scene, member } = listener()
    member.isClockTrusted = false
    for (let at = 0; at < 4; at++) {
      member.reach.heard(cheapAnnounce(`old ${at}`, 8000), 'wire', { neighbour: 'n' })
    }
    scene.clock.pass(1000)
    assert.ok(member.reach.paths().length <= 2)
    scene.clock.pass(4000)
    assert.equal(member.reach.paths().length, 4)
  }).timeout(20_000)

  it('that is forged takes no place of a stranger', () => {
    const { scene, member } = listener()
    for (let at = 0; at < 20; at++) {
      member.reach.heard(forgedAnnounce(`${at}`, 1), 'wire', { neighbour: 'forger' })
    }
    for (let at = 0; at < 3; at++) {
      member.reach.heard(cheapAnnounce(`${at}`), 'wire', { neighbour: 'n' })
    }
    scene.clock.pass(300)
    assert.equal(member.reach.paths().length, 3)
  })
})
