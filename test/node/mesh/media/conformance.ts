import assert from 'node:assert/strict'
import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { Fault, isFault } from '#base'
import type { Medium } from '#mesh'

import { lacking } from '../../../lacking.ts'
import { Seeded } from '../../../seeded.ts'
import { Events, Station } from './station.ts'

/** Two media of one kind that reach each other, and the wire between them. */
export interface Rig {
  readonly a: Medium
  readonly b: Medium
  /** Bytes of nobody, towards b. */
  garbage(bytes: Uint8Array): Promise<void>
  /** What is over is taken away. */
  end(): Promise<void>
}

export interface Conformance {
  readonly name: string
  /** Made anew for each test; both media have `events`. */
  readonly rig: (events: Events) => Promise<Rig>
  /** Why it can't be tested here. */
  readonly missing?: () => Promise<string | undefined>
  /** Of the cells sent one after the other. */
  readonly cells?: number
  readonly timeout?: number
}

/** What every medium does, whatever it is made of. */
export function conforms({
  name,
  rig: make,
  missing,
  cells = 60,
  timeout = 20_000,
}: Conformance): void {
  describe(`${name} medium`, function () {
    this.timeout(timeout)
    const random = new Seeded(name)
    const events = new Events()
    let rig: Rig
    let a: Station
    let b: Station
    let before: readonly string[]

    beforeEach(async function () {
      lacking(this, await missing?.())
      before = await openHandles()
      rig = await make(events)
      a = new Station(rig.a, events)
      b = new Station(rig.b, events)
      await b.start()
      await a.start()
      await a.reach(b, random.bytes(32))
    })

    afterEach(async () => {
      if (rig === undefined) return
      await Promise.all([a.medium.stop(), b.medium.stop()])
      await rig.end()
    })

    it('carries cells whole, whatever their bytes, both ways', async () => {
      const { mtu } = a.medium.facts
      const special = [0x7e, 0x7d, 0xc0, 0xdb, 0xdc, 0xdd, 0x00, 0xff]
      const sizes = [27, 219, 254, 255, mtu].map((size) => Math.min(size, mtu))
      const sent = [
        ...sizes.map((size) => random.bytes(size)),
        ...special.map((byte) => new Uint8Array(60).fill(byte)),
        ...Array.from({ length: cells }, () =>
          random.bytes(20 + random.below(Math.min(mtu, 900) - 20)),
        ),
      ]
      const [first = random.bytes(1)] = sent
      const { neighbour } = await a.reach(b, first)
      for (const cell of sent) {
        await a.medium.send(cell)
        await b.hears(cell)
      }
      for (const cell of sent) {
        await b.medium.send(cell, neighbour)
        await a.hears(cell)
      }
    })

    it('refuses a cell that is larger than its mtu', async () => {
      const large = random.bytes(a.medium.facts.mtu + 1)
      await assert.rejects(a.medium.send(large), (error) => isFault(error, 'MESH_MEDIUM'))
      const next = random.bytes(40)
      await a.reach(b, next)
      assert.ok(!b.heard.has(large.toHex()))
    })

    it('skips garbage', async () => {
      const { mtu } = b.medium.facts
      for (const size of [1, 3, 100, mtu, 3 * mtu]) {
        await rig.garbage(random.bytes(Math.min(size, 65_000)))
      }
      await rig.garbage(new Uint8Array(300).fill(0x7d))
      await a.reach(b, random.bytes(50))
    })

    it('refuses a neighbour whom it does not have', async () => {
      const sent = a.medium.send(random.bytes(30), '192.0.2.77:9')
      await assert.rejects(sent, (error) => error instanceof Fault && error.code === 'MESH_MEDIUM')
    })

    it('reaches a peer again that went away and came back', async () => {
      for (let round = 0; round < 2; round++) {
        await b.medium.stop()
        await b.start()
        await a.reach(b, random.bytes(32))
      }
    })

    it('says that it is busy instead of holding all that is sent at once', async () => {
      const cell = random.bytes(a.medium.facts.mtu)
      const outcomes: Promise<unknown>[] = []
      const refused: unknown[] = []
      for (let sent = 0; sent < 16_000_000; sent += cell.length) {
        outcomes.push(a.medium.send(cell).catch((error: unknown) => refused.push(error)))
      }
      await Promise.race([Promise.all(outcomes), events.until(() => refused[0])])
      assert.ok(refused.length > 0)
      for (const error of refused) assert.ok(isFault(error, 'MESH_BUSY'), String(error))
    })

    it('leaves nothing open when it is stopped, and sends no more', async () => {
      await Promise.all([a.medium.stop(), b.medium.stop()])
      await assert.rejects(a.medium.send(random.bytes(30)), (error) =>
        isFault(error, 'MESH_MEDIUM'),
      )
      await rig.end()
      assert.deepEqual(await openHandles(), before)
      await a.start()
      await a.medium.stop()
    })
  })
}

/** What keeps this process alive, once the system has closed what is being closed. */
async function openHandles(): Promise<readonly string[]> {
  for (let turn = 0; turn < 4; turn++) await nextTurn()
  const passing = /^(?:FSReq|TickObject|Immediate|GetAddrInfo)/
  return process
    .getActiveResourcesInfo()
    .filter((name) => !passing.test(name))
    .toSorted()
}
