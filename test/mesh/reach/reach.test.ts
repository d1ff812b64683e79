import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { decodeCell } from '../../../mesh/cell.ts'
import { halfHour, identityOf, type Member, radio, Scene, seeded, wire } from './scene.ts'

function distanceTo(member: Member, name: string): number | undefined {
  return member.reach.pathTo(identityOf(name).label)?.distance
}

function hopsFrom(name: string): number {
  const identity = identityOf(name)
  return identity.originHops(identity.destination)
}

/** Members a0..an, and pairs of them on a wire each. */
function wired(
  scene: Scene,
  count: number,
  pairs: readonly (readonly [number, number])[],
): Member[] {
  const members = Array.from({ length: count }, (_, at) => scene.member(`a${at}`))
  for (const [one, other] of pairs) {
    const [a, b] = [members[one], members[other]]
    assert.ok(a !== undefined && b !== undefined)
    scene.join(`${one}-${other}`, wire, a, b)
  }
  return members
}

describe('reach', () => {
  it('finds the shortest distances along a line, around a ring and across a star', () => {
    const line = [0, 1, 2, 3, 4, 5].map((at) => [at, at + 1] as const)
    const ring = [...line, [6, 0] as const]
    const star = [1, 2, 3, 4, 5, 6].map((at) => [0, at] as const)
    for (const pairs of [line, ring, star]) {
      const scene = new Scene()
      const members = wired(scene, 7, pairs)
      for (const { reach, name } of members) reach.announce(identityOf(name))
      scene.clock.pass(60_000)
      for (const [from, member] of members.entries()) {
        for (const to of members.keys()) {
          if (from === to) continue
          const steps = stepsBetween(pairs, from, to)
          assert.equal(distanceTo(member, `a${to}`), hopsFrom(`a${to}`) + steps, `${from} to ${to}`)
        }
      }
    }
  })

  it('finds the shortest distances over radios of any arrangement, and leads closer at each hop', () => {
    const edge = fc.tuple(fc.nat(5), fc.nat(5)).filter(([a, b]) => a !== b)
    const property = fc.property(fc.array(edge, { minLength: 5, maxLength: 9 }), (pairs) => {
      const scene = new Scene()
      const members = Array.from({ length: 6 }, (_, at) => scene.member(`a${at}`))
      scene.join('air', radio, ...members)
      const near = new Set(pairs.flatMap(([a, b]) => [`a${a} a${b}`, `a${b} a${a}`]))
      scene.loses = (by, to) => !near.has(`${by.name} ${to.name}`)
      members[0]?.reach.announce(identityOf('a0'))
      scene.clock.pass(600_000)
      for (const [at, member] of members.entries()) {
        const steps = stepsBetween(pairs, at, 0)
        const expected = steps === 0 || steps === Infinity ? undefined : hopsFrom('a0') + steps
        assert.equal(distanceTo(member, 'a0'), expected, `${at}`)
      }
    })
    fc.assert(property, { numRuns: 40, seed: 8 })
  })

  it('reaches over three hops at 1 kbit/s and over four at 5 kbit/s sooner than Reticulum', () => {
    const cases = [
      { hops: 3, bitsPerSecond: 1000, latency: 1000, limit: 8600 },
      { hops: 4, bitsPerSecond: 5000, latency: 100, limit: 3250 },
    ]
    for (const { hops, limit, ...facts } of cases) {
      const scene = new Scene()
      const members = Array.from({ length: hops + 1 }, (_, at) => scene.member(`a${at}`))
      for (let at = 0; at < hops; at++) {
        scene.join(`${at}`, { ...wire, ...facts }, ...members.slice(at, at + 2))
      }
      members[0]?.reach.announce(identityOf('a0'))
      scene.clock.pass(limit)
      assert.notEqual(members.at(-1)?.reach.pathTo(identityOf('a0').label), undefined)
    }
  })

  it('gets to everybody within a day where three of ten cells are lost', () => {
    const scene = new Scene()
    const ring = [0, 1, 2, 3, 4, 5, 6].map((at) => [at, (at + 1) % 7] as const)
    const members = wired(scene, 7, ring)
    const random = seeded('losses')
    scene.loses = () => (random.bytes(1)[0] ?? 0) < 77
    for (const { reach, name } of members) reach.announce(identityOf(name))
    scene.clock.pass(86_400_000)
    for (const { reach } of members) assert.equal(reach.paths().length, 6)
  })

  it('announces anew, short where the full one was heard, and a newer epoch replaces an older', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    assert.ok(a !== undefined && b !== undefined)
    a.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    const before = b.reach.pathTo(identityOf('a0').label)
    scene.clock.pass(3 * 3_600_000)
    const after = b.reach.pathTo(identityOf('a0').label)
    assert.ok(before !== undefined && after !== undefined && after.epoch > before.epoch)
    assert.ok(after.expires > before.expires)
    const sizes = scene.sent.filter(({ by }) => by === 'a0').map(({ cell }) => cell.length)
    assert.equal(sizes[0], 156)
    assert.ok(sizes.slice(1).every((size) => size === 55))
    scene.clock.pass(86_400_000)
    const later = scene.sent.filter(({ by }) => by === 'a0').slice(sizes.length)
    assert.equal(later.filter(({ cell }) => cell.length === 156).length, 1)
  })

  it('hears from a short announce of who it missed, asks for the full one, and passes it on', () => {
    const scene = new Scene()
    const [a, , c] = wired(scene, 3, [
      [0, 1],
      [1, 2],
    ])
    let lost = 0
    scene.loses = (by, _, cell) => by.name === 'a0' && cell.length === 156 && lost++ === 0
    a?.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    assert.equal(lost, 2)
    assert.equal(c === undefined ? 0 : distanceTo(c, 'a0'), hopsFrom('a0') + 2)
  })

  it('finds a path by asking, though the first requests and answers are lost', () => {
    const scene = new Scene()
    const members = wired(scene, 4, [
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    let losses = 3
    scene.loses = () => losses-- > 0
    members[0]?.reach.announce(identityOf('a0'), { isPublic: false })
    const found: number[] = []
    members[3]?.reach.seek(identityOf('a0').label, ({ distance }) => found.push(distance))
    scene.clock.pass(600_000)
    assert.deepEqual(found, [hopsFrom('a0') + 3])
    const requests = scene.sent.filter(({ cell }) => decodeCell(cell).kind === 'path-request')
    assert.ok(requests.every(({ cell }) => cell.length === 27))
    const count = scene.sent.length
    scene.clock.pass(3_600_000)
    assert.equal(scene.sent.length, count, 'a search that has ended sends nothing')
  })

  it('answers from its table when the origin is away', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    assert.ok(a !== undefined && b !== undefined)
    a.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    a.reach.stop()
    a.media.clear()
    scene.clock.pass(86_400_000)
    const c = scene.member('c')
    scene.join('late', wire, b, c)
    let found = 0
    c.reach.seek(identityOf('a0').label, () => found++)
    scene.clock.pass(60_000)
    assert.equal(found, 1)
    const [path, original] = [
      c.reach.pathTo(identityOf('a0').label),
      b.reach.pathTo(identityOf('a0').label),
    ]
    assert.ok(
      path !== undefined && original !== undefined && path.expires < original.expires + 3_700_000,
    )
  })

  it('asks ever more seldom, at most once in 20 seconds and at least once a day, until told to stop', () => {
    const scene = new Scene()
    const [a] = wired(scene, 2, [[0, 1]])
    const cancel = a?.reach.seek(identityOf('nobody').label, () => assert.fail('there is none'))
    scene.clock.pass(12 * 86_400_000)
    const times = scene.sent.filter(({ by }) => by === 'a0').map(({ at }) => at)
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    assert.ok(gaps.every((gap, index) => gap >= 20_000 && gap >= (gaps[index - 1] ?? 0)))
    assert.equal(gaps.at(-1), 86_400_000)
    cancel?.()
    const count = scene.sent.length
    scene.clock.pass(3 * 86_400_000)
    assert.equal(scene.sent.length, count)
  })

  it('sends nothing and answers nothing for a destination that is not announced', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    const announced = a?.reach.announce(identityOf('a0'))
    announced?.withdraw()
    scene.clock.pass(60_000)
    const count = scene.sent.filter(({ by }) => by === 'a0').length
    b?.reach.seek(identityOf('private').label, () => assert.fail('it is private'))
    scene.clock.pass(600_000)
    assert.equal(scene.sent.filter(({ by }) => by === 'a0').length, count)
  })

  it('forgets the ways over a medium that is gone and believes the next announce over another', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    assert.ok(a !== undefined && b !== undefined)
    a.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    scene.join('other', wire, a, b)
    b.media.delete('0-1')
    b.reach.forgetMedium('0-1')
    assert.equal(b.reach.pathTo(identityOf('a0').label), undefined)
    a.reach.greet('other')
    scene.clock.pass(60_000)
    assert.equal(b.reach.pathTo(identityOf('a0').label)?.medium, 'other')
  })

  it('finds the longer way round when the short one is lost, and none that leads back', () => {
    const scene = new Scene()
    const ring = [0, 1, 2, 3, 4, 5].map((at) => [at, (at + 1) % 6] as const)
    const members = wired(scene, 6, ring)
    members[0]?.reach.announce(identityOf('a0'))
    scene.clock.pass(halfHour)
    const [, a1, a2] = members
    assert.ok(a1 !== undefined && a2 !== undefined)
    for (const member of members.slice(0, 2)) {
      member.media.delete('0-1')
      member.reach.forgetMedium('0-1')
    }
    a2.reach.losePath(identityOf('a0').label)
    const found: number[] = []
    a1.reach.seek(identityOf('a0').label, ({ distance }) => found.push(distance))
    scene.clock.pass(60_000)
    assert.deepEqual(found, [hopsFrom('a0') + 5])
    assert.equal(distanceTo(a2, 'a0'), hopsFrom('a0') + 4)
    assert.equal(a2.reach.pathTo(identityOf('a0').label)?.medium, '2-3')
  })

  it('is not told by a neighbour of a way that leads over itself', () => {
    const scene = new Scene()
    const [a0, a1, a2] = wired(scene, 3, [
      [0, 1],
      [1, 2],
    ])
    assert.ok(a0 !== undefined && a1 !== undefined && a2 !== undefined)
    a0.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    a0.media.clear()
    a1.reach.stop()
    a1.media.clear()
    const again = scene.member('a1')
    scene.join('1-2', wire, again)
    again.reach.seek(identityOf('a0').label, () => assert.fail('it is gone'))
    scene.clock.pass(60_000)
    assert.notEqual(a2.reach.pathTo(identityOf('a0').label), undefined)
    assert.equal(again.reach.pathTo(identityOf('a0').label), undefined)
  })

  it('finds who has moved, past relays that still know the old way', () => {
    const scene = new Scene()
    const members = wired(scene, 4, [
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    const { label } = identityOf('a0')
    members[0]?.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    members[0]?.reach.stop()
    members[0]?.media.clear()
    const [, , , a3] = members
    const moved = scene.member('moved')
    const between = scene.member('between')
    assert.ok(a3 !== undefined)
    scene.join('3-between', wire, a3, between)
    scene.join('between-moved', wire, between, moved)
    scene.clock.pass(halfHour)
    moved.reach.announce(identityOf('a0'), { isPublic: false })
    const [asker] = members.slice(1)
    const found: unknown[] = []
    asker?.reach.seek(label, ({ medium }) => found.push(medium), { later: true })
    assert.equal(asker?.reach.pathTo(label)?.medium, '0-1')
    scene.clock.pass(60_000)
    assert.deepEqual(found, ['1-2'])
    assert.equal(a3.reach.pathTo(label)?.medium, '3-between')
  })

  it('keeps its table over a restart, and refuses a damaged one', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    a?.reach.announce(identityOf('a0'), { name: 'inbox' })
    a?.reach.announce(identityOf('a0'))
    scene.clock.pass(60_000)
    const bytes = b?.reach.export() ?? new Uint8Array(0)
    const again = scene.member('again')
    again.reach.import(bytes)
    assert.deepEqual(again.reach.paths(), b?.reach.paths())
    assert.equal(again.reach.paths().length, 2)
    for (const at of [0, 1, 30, bytes.length - 1]) {
      const damaged = new Uint8Array(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      assert.throws(() => again.reach.import(damaged), { code: 'MESH_MALFORMED' })
    }
    assert.throws(() => again.reach.import(bytes.subarray(1)), { code: 'MESH_MALFORMED' })
  })

  it('leaves no timer behind when it stops', () => {
    const scene = new Scene()
    const [a, b] = wired(scene, 2, [[0, 1]])
    a?.reach.announce(identityOf('a0'))
    b?.reach.seek(identityOf('nobody').label, () => {})
    scene.clock.pass(100)
    a?.reach.stop()
    b?.reach.stop()
    scene.clock.pass(10_000)
    assert.equal(scene.clock.timers, 0)
  })
})

function stepsBetween(
  pairs: readonly (readonly [number, number])[],
  from: number,
  to: number,
): number {
  const steps = new Map([[from, 0]])
  for (const [at, count] of steps) {
    for (const [a, b] of pairs) {
      if (a === at && !steps.has(b)) steps.set(b, count + 1)
      if (b === at && !steps.has(a)) steps.set(a, count + 1)
    }
  }
  return steps.get(to) ?? Infinity
}
