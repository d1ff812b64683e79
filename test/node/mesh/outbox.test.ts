import assert from 'node:assert/strict'

import { Fault, type Log, silent } from '#base'
import { type Link, MeshIdentity, MeshNode } from '#mesh'
import { openMemory, type Store } from '#storage'

import { Air, SeededRandom, SimMedium, VirtualClock } from '../../../mesh/sim/index.ts'
import { limits } from '../../../node/limits.ts'
import { Inbox } from '../../../node/mesh/inbox.ts'
import { decodeLetter, decodeMessage } from '../../../node/mesh/letters.ts'
import { Outbox } from '../../../node/mesh/outbox.ts'
import { Shelf } from '../../../node/mesh/shelf.ts'

const day = 86_400_000
const room = { items: 100, bytes: 50_000_000 }

/** A sender and a receiver on one wire. */
class Pair {
  readonly clock = new VirtualClock()
  readonly random = new SeededRandom('pair')
  readonly store: Store = openMemory()
  readonly sender: MeshNode
  readonly receiver: MeshNode
  readonly own: MeshIdentity
  readonly identity: MeshIdentity
  readonly logged: string[] = []
  readonly links: Link[] = []
  /** What the receiver does with an object. */
  receive: (object: Uint8Array) => Promise<void> = async () => {}

  constructor() {
    this.own = MeshIdentity.create(this.random, this.clock.now())
    this.identity = MeshIdentity.create(this.random, this.clock.now())
    this.sender = this.#node('sender', () => {})
    this.receiver = this.#node('receiver', (link) => {
      this.links.push(link)
      link.receive = (object) => this.receive(object)
    })
  }

  #node(seed: string, linked: (link: Link) => void): MeshNode {
    const random = new SeededRandom(seed)
    return new MeshNode({ clock: this.clock, random, clockIsTrusted: () => true, linked })
  }

  async join(): Promise<void> {
    const air = new Air(this.clock, this.random, { bitsPerSecond: 1_000_000, latency: 10 })
    await this.sender.attach(new SimMedium(air, 'sender'))
    await this.receiver.attach(new SimMedium(air, 'receiver'))
    this.receiver.serve(this.identity)
  }

  async outbox(node: Pick<MeshNode, 'connect'> = this.sender): Promise<Outbox> {
    const { clock, random, own: identity } = this
    const note = (message: string): void => void this.logged.push(message)
    const log: Log = { ...silent, info: note, warn: note }
    const shelf = await Shelf.open(this.store, 'outbox', room)
    return Outbox.open({ clock, random, log, node, identity, shelf })
  }

  send(outbox: Outbox, text: string): Promise<number> {
    const { address } = this.identity
    const content = { kind: 'text', text } as const
    return outbox.add({ at: this.clock.now(), address, isAnonymous: false, content })
  }

  /** Time goes on until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    assert.ok(await this.clock.run(day, isSo), 'it is not so within a day')
  }

  async settled(promise: Promise<unknown>): Promise<void> {
    let isSettled = false
    promise.then(
      () => (isSettled = true),
      () => {},
    )
    await this.until(() => isSettled)
  }
}

const absent = { connect: () => Promise.reject(new Fault({ code: 'MESH_LINK' })) }

async function texts(inbox: Inbox): Promise<readonly string[]> {
  const found: string[] = []
  for await (const [, value] of inbox.shelf.entries(0)) {
    const { content } = decodeLetter(value)
    if (content.kind === 'text') found.push(content.text)
  }
  return found
}

describe('an outbox', () => {
  it('hands a letter over once, though its receipts are lost and its sender dies', async () => {
    const pair = new Pair()
    await pair.join()
    const inbox = await Inbox.open(openMemory(), { ...room, share: 1, seen: 100 })
    let times = 0
    pair.receive = async (object) => {
      const message = decodeMessage(object)
      await inbox.add({ ...message, at: 1, address: undefined, isAnonymous: true })
      times += 1
      // As long as the first sender lives, nobody tells it.
      if (times < 3) throw new Error('the power is gone')
    }
    const first = await pair.outbox()
    await pair.send(first, 'once')
    await pair.until(() => times === 2)
    const stopped = first.stop()
    await pair.settled(stopped)
    const second = await pair.outbox()
    assert.equal(second.waits(1), 'waiting')
    await pair.until(() => second.waits(1) === 'delivered')
    assert.ok(times >= 3)
    assert.deepEqual(await texts(inbox), ['once'])
    await pair.settled(Promise.all([second.stop(), pair.sender.stop(), pair.receiver.stop()]))
  })

  it('tells what was delivered from what was cancelled, and what it does not know', async () => {
    const pair = new Pair()
    await pair.join()
    const outbox = await pair.outbox()
    const [one, two] = [await pair.send(outbox, 'one'), await pair.send(outbox, 'two')]
    assert.deepEqual([outbox.waits(one), outbox.waits(two)], ['waiting', 'waiting'])
    assert.equal(await outbox.remove(two), true)
    assert.equal(await outbox.remove(two), false)
    await pair.until(() => outbox.waits(one) !== 'waiting')
    assert.deepEqual([outbox.waits(one), outbox.waits(two)], ['delivered', 'cancelled'])
    assert.equal(outbox.waits(3), 'unknown')
    const again = await pair.outbox()
    assert.equal(again.waits(one), 'unknown')
    await pair.settled(Promise.all([outbox.stop(), pair.sender.stop(), pair.receiver.stop()]))
  })

  it('lists what waits in pieces', async () => {
    const pair = new Pair()
    const outbox = await pair.outbox(absent)
    for (const text of ['one', 'two', 'three']) await pair.send(outbox, text)
    const found: number[] = []
    for await (const { number } of outbox.list(1)) found.push(number)
    assert.deepEqual(found, [2, 3])
    await outbox.stop()
  })

  it('gives up what is too large for a link, and goes on with the next', async () => {
    const pair = new Pair()
    await pair.join()
    const outbox = await pair.outbox()
    const bytes = new Uint8Array(16_777_216)
    const content = { kind: 'file', name: 'large', bytes } as const
    const { address } = pair.identity
    const large = await outbox.add({ at: 1, address, isAnonymous: false, content })
    const small = await pair.send(outbox, 'small')
    await pair.until(() => outbox.waits(small) === 'delivered')
    assert.equal(outbox.waits(large), 'cancelled')
    assert.deepEqual(pair.logged, ['given up', 'delivered'])
    await pair.settled(Promise.all([outbox.stop(), pair.sender.stop(), pair.receiver.stop()]))
  })

  it('waits longer each time that it fails, and begins with the least', async () => {
    const pair = new Pair()
    const tries: number[] = []
    const outbox = await pair.outbox({
      connect() {
        tries.push(pair.clock.now())
        return absent.connect()
      },
    })
    await pair.send(outbox, 'hello')
    await pair.until(() => tries.length === 14)
    const least = limits.meshRetryLeast.value
    const spans = tries.slice(1).map((at, index) => at - (tries[index] ?? 0))
    assert.deepEqual(spans.slice(0, 3), [least, 2 * least, 4 * least])
    assert.equal(spans.at(-1), limits.meshRetryMost.value)
    await outbox.stop()
  })

  it('ends at once while it pauses, and tries nothing afterwards', async () => {
    const pair = new Pair()
    let tries = 0
    const outbox = await pair.outbox({
      connect() {
        tries += 1
        return absent.connect()
      },
    })
    await pair.send(outbox, 'hello')
    await pair.until(() => tries === 1 && pair.logged.length === 1)
    await outbox.stop()
    await pair.clock.run(day)
    assert.equal(tries, 1)
    assert.equal(outbox.waits(1), 'waiting')
  })

  it('ends while it looks for somebody who is not there', async () => {
    const pair = new Pair()
    const outbox = await pair.outbox()
    await pair.send(outbox, 'hello')
    await pair.settled(Promise.all([outbox.stop(), pair.sender.stop()]))
    assert.equal(outbox.waits(1), 'waiting')
  })
})
