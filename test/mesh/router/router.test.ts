import assert from 'node:assert/strict'

import { hex, isFault, utf8 } from '#base'

import { decodeCell, encodeCell } from '../../../mesh/cell.ts'
import { limits } from '../../../mesh/limits.ts'
import { type Circuit, type Direction, type Locks, Router } from '../../../mesh/router/router.ts'
import {
  Air,
  type Conditions,
  SeededRandom,
  SimMedium,
  VirtualClock,
} from '../../../mesh/sim/index.ts'

const fast = { bitsPerSecond: 1_000_000, latency: 1 }
const label = (name: string): Uint8Array => utf8(name.padEnd(16, '.'))
/** A request whose first byte is 1 has a lock, and an answer of the same bytes opens it. */
const locks: Locks = {
  lockIn: (_, body) => (body[0] === 1 ? body.subarray(1) : undefined),
  opens: (lock, _, body) => hex(lock) === hex(body.subarray(1)),
}

interface Asked {
  readonly circuit: Circuit
  readonly label: string
  readonly bodies: string[]
}

class Station {
  readonly router: Router
  readonly asked: Asked[] = []
  readonly paths = new Map<string, Direction>()

  constructor(clock: VirtualClock, name: string) {
    this.router = new Router({
      clock,
      random: new SeededRandom(name),
      locks,
      paths: { heard() {}, pathTo: (to) => this.paths.get(hex(to)) },
      owns: (to) => hex(to) === hex(label(name)),
      asked: (circuit, to, context, body) => {
        const bodies = [`${context} ${hex(body)}`]
        circuit.receive = (kind, more) => bodies.push(`${kind} ${hex(more)}`)
        this.asked.push({ circuit, label: Buffer.from(to).toString(), bodies })
      },
    })
  }

  to(name: string, medium: string, neighbour: string | undefined, distance: number): void {
    this.paths.set(hex(label(name)), { medium, neighbour, distance })
  }
}

/** a - r - b, each with the next on a wire. */
async function line(conditions: Conditions = fast) {
  const clock = new VirtualClock()
  const random = new SeededRandom('line')
  const [left, right] = [new Air(clock, random, conditions), new Air(clock, random, conditions)]
  const stations = ['a', 'r', 'b'].map((name) => new Station(clock, name))
  const [a, r, b] = stations as [Station, Station, Station]
  await a.router.attach(new SimMedium(left, 'a'))
  await r.router.attach(new SimMedium(left, 'r-left'))
  await r.router.attach(new SimMedium(right, 'r-right'))
  await b.router.attach(new SimMedium(right, 'b'))
  const isShared = conditions.isShared === true
  a.to('b', 'a', isShared ? undefined : 'r-left', 5)
  r.to('b', 'r-right', isShared ? undefined : 'b', 4)
  return { clock, a, r, b, left, right }
}

const text = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

describe('a router', () => {
  it('hands a request on towards its destination, and the answer back', async () => {
    const { clock, a, r, b } = await line()
    const circuit = a.router.open(label('b'))
    assert.ok(circuit)
    const answers: string[] = []
    circuit.receive = (context, body) => answers.push(`${context} ${hex(body)}`)
    await Promise.all([clock.run(1000), circuit.send(7, text(9, 9))])
    const [asked] = b.asked
    assert.deepEqual(asked?.bodies, ['7 0x0909'])
    assert.equal(asked.label, 'b...............')
    await Promise.all([clock.run(1000), asked.circuit.send(8, text(5))])
    assert.deepEqual(answers, ['8 0x05'])
    await Promise.all([clock.run(1000), circuit.send(9, text(6))])
    assert.deepEqual(asked.bodies, ['7 0x0909', '9 0x06'])
    assert.equal(b.asked.length, 1)
    assert.deepEqual(
      [a, r, b].map(({ router }) => router.circuits),
      [1, 1, 1],
    )
    assert.equal(r.router.counts.handedOn, 3)
  })

  it('gives a circuit another name on each hop', async () => {
    const { clock, a, b, left, right } = await line({ ...fast, isShared: true })
    const heard: Uint8Array[][] = [[], []]
    for (const [at, air] of [left, right].entries()) {
      air.join({ name: 'listener', hear: (cell) => heard[at]?.push(cell) })
    }
    const circuit = a.router.open(label('b'))
    await Promise.all([clock.run(1000), circuit?.send(7, text(1))])
    await Promise.all([clock.run(1000), b.asked[0]?.circuit.send(8, text(2))])
    await Promise.all([clock.run(1000), circuit?.send(9, text(3))])
    const hops = heard.map((cells) =>
      cells.map((bytes) => {
        const cell = decodeCell(bytes)
        assert.ok(cell.kind === 'request' || cell.kind === 'circuit')
        return hex(cell.hop)
      }),
    )
    assert.deepEqual(
      hops.map((names) => new Set(names).size),
      [1, 1],
    )
    assert.notEqual(hops[0]?.[0], hops[1]?.[0])
    assert.deepEqual(
      heard.map((cells) => cells.map((cell) => cell.length)),
      [
        [28, 11, 11],
        [28, 11, 11],
      ],
    )
  })

  it('hands nothing on that would not come nearer', async () => {
    const { clock, a, r, b } = await line()
    a.to('b', 'a', 'r-left', 4)
    const circuit = a.router.open(label('b'))
    await Promise.all([clock.run(1000), circuit?.send(7, text(1))])
    assert.equal(b.asked.length, 0)
    assert.equal(r.router.counts.dropped, 1)
    assert.equal(r.router.circuits, 0)
    assert.equal(a.router.open(label('nobody')), undefined)
  })

  it('takes cells of a circuit from the two sides of it alone', async () => {
    const { clock, a, b, left, right } = await line({ ...fast, isShared: true })
    const circuit = a.router.open(label('b'))
    assert.ok(circuit)
    const answers: number[] = []
    circuit.receive = (context) => answers.push(context)
    const names: Uint8Array[] = []
    left.join({
      name: 'thief',
      hear(bytes) {
        const cell = decodeCell(bytes)
        if (cell.kind === 'request') names.push(cell.hop)
      },
    })
    await Promise.all([clock.run(1000), circuit.send(7, text(1))])
    const [hop] = names
    assert.ok(hop)
    const stolen = { kind: 'circuit', hop, context: 99, body: text(1) } as const
    for (const isReturn of [true, false]) {
      left.carry('thief', encodeCell({ ...stolen, isReturn }), undefined)
      right.carry('thief', encodeCell({ ...stolen, isReturn }), undefined)
    }
    await clock.run(1000)
    assert.deepEqual(answers, [])
    assert.deepEqual(b.asked[0]?.bodies, ['7 0x01'])
  })

  it('believes in a circuit when its lock is opened, and bounds those that wait for that', async () => {
    const { clock, a, r, b } = await line()
    const most = limits.circuitsUnanswered.value
    const opened = a.router.open(label('b'))
    await Promise.all([clock.run(1000), opened?.send(7, text(1, 5))])
    await Promise.all([clock.run(1000), b.asked[0]?.circuit.send(8, text(0, 5))])
    b.asked[0]?.circuit.confirm()
    for (let count = 0; count < most + 5; count++) {
      await Promise.all([clock.run(1000), a.router.open(label('b'))?.send(7, text(1, 6))])
    }
    assert.equal(r.router.circuits, 1 + most)
    await clock.run(limits.circuitAnswer.value + 1)
    await Promise.all([clock.run(1000), opened?.send(9, text(0))])
    await Promise.all([clock.run(1000), a.router.open(label('b'))?.send(7, text(1, 7))])
    assert.equal(r.router.circuits, 2)
    assert.deepEqual(b.asked[0]?.bodies.at(-1), '9 0x00')
  })

  it('refuses to send along a circuit whose medium is gone, or that was closed', async () => {
    const { clock, a } = await line()
    const [closed, cut] = [a.router.open(label('b')), a.router.open(label('b'))]
    closed?.close()
    await assert.rejects(closed?.send(7, text(1)) ?? Promise.resolve(), isGone)
    await a.router.detach('a')
    await assert.rejects(cut?.send(7, text(1)) ?? Promise.resolve(), isGone)
    assert.equal(a.router.open(label('b')), undefined)
    assert.equal(a.router.circuits, 0)
    await clock.run(1)
  })

  it('has one medium of a name, and drops what is no cell', async () => {
    const { clock, r, left } = await line()
    const again = r.router.attach(new SimMedium(left, 'r-left'))
    await assert.rejects(again, (error) => isFault(error, 'MESH_MEDIUM'))
    left.carry('a', text(77, 1, 2), undefined)
    left.carry('a', text(), undefined)
    await clock.run(1000)
    assert.equal(r.router.counts.dropped, 2)
  })
})

const isGone = (error: unknown): boolean => isFault(error, 'MESH_GONE')
