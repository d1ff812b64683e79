import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat, isFault } from '#base'

import type { SyncChannel, SyncSet } from '../../../mesh/objects/exchange.ts'
import { SyncInitiator, type SyncResult } from '../../../mesh/objects/initiator.ts'
import { objectId } from '../../../mesh/objects/kinds.ts'
import { decodeSync, encodeSync, type SyncMessage } from '../../../mesh/objects/messages.ts'
import { SyncResponder } from '../../../mesh/objects/responder.ts'
import { Seeded } from '../../seeded.ts'

const scope = new Uint8Array(8).fill(3)

class MemorySet implements SyncSet {
  readonly objects = new Map<string, Uint8Array>()
  refuses: (content: Uint8Array) => boolean = () => false

  add(content: Uint8Array): void {
    this.objects.set(objectId(content[0] ?? 0, content.subarray(1)).toHex(), content)
  }

  ids(): Uint8Array {
    return Uint8Array.fromHex([...this.objects.keys()].join(''))
  }

  get(id: Uint8Array): Uint8Array | undefined {
    return this.objects.get(id.toHex())
  }

  async put(content: Uint8Array): Promise<'held' | 'refused' | 'stored'> {
    if (this.refuses(content)) return 'refused'
    const before = this.objects.size
    this.add(content.slice())
    return this.objects.size > before ? 'stored' : 'held'
  }
}

interface Wire {
  readonly random: Seeded
  /** One message in so many is lost; 0: none. */
  readonly loss: number
  readonly reorder: boolean
  readonly repeat: boolean
  readonly maxPayload: number
}

const calm: Omit<Wire, 'random'> = { loss: 0, reorder: false, repeat: false, maxPayload: 471 }

/** Runs a session until it ends, and says what went over the wire. */
async function run(
  own: SyncSet,
  other: SyncSet,
  wire: Wire,
): Promise<{ result: SyncResult; bytes: number; messages: number; largest: number }> {
  const { random, loss, reorder, repeat, maxPayload } = wire
  const flying: (() => void)[] = []
  const sizes: number[] = []
  const channel = (deliver: (message: Uint8Array) => void): SyncChannel => {
    const transmit = async (message: Uint8Array): Promise<void> => {
      sizes.push(message.length)
      const copies = repeat && random.oneIn(8) ? 2 : 1
      if (loss > 0 && random.oneIn(loss)) return
      for (let copy = 0; copy < copies; copy++) flying.push(() => deliver(message.slice()))
    }
    return {
      maxPayload,
      send: (message) => {
        assert.ok(message.length <= maxPayload)
        return transmit(message)
      },
      transfer: transmit,
    }
  }
  const secret = random.bytes(32)
  let result: SyncResult | undefined
  const responder: SyncResponder = new SyncResponder({
    secret,
    scope,
    set: other,
    channel: channel((message) => initiator.receive(message)),
    ended: () => undefined,
  })
  const initiator: SyncInitiator = new SyncInitiator({
    secret,
    scope,
    set: own,
    channel: channel((message) => responder.receive(message)),
    ended: (one) => (result = one),
  })
  initiator.start()
  for (let turn = 0; turn < 100_000 && !initiator.isEnded; turn++) {
    await Promise.resolve()
    const at = reorder && flying.length > 0 ? random.below(flying.length) : 0
    const [next] = flying.splice(at, 1)
    if (next !== undefined) next()
    else if (turn % 50 === 49) initiator.retry()
  }
  assert.ok(result !== undefined, 'it never ended')
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  return { result, bytes, messages: sizes.length, largest: Math.max(...sizes) }
}

function madeOf(random: Seeded, size = 40): Uint8Array {
  return concat(Uint8Array.of(1), random.bytes(size))
}

function sets(
  random: Seeded,
  common: number,
  mine: number,
  theirs: number,
): [MemorySet, MemorySet] {
  const pair: [MemorySet, MemorySet] = [new MemorySet(), new MemorySet()]
  const size = (): number => (random.oneIn(10) ? 2000 : 40)
  for (let index = 0; index < common; index++) {
    const one = madeOf(random)
    for (const set of pair) set.add(one)
  }
  for (let index = 0; index < mine; index++) pair[0].add(madeOf(random, size()))
  for (let index = 0; index < theirs; index++) pair[1].add(madeOf(random, size()))
  return pair
}

describe('reconciliation of two nodes', () => {
  it('settles equal sets with one cell in each direction', async () => {
    const random = new Seeded('equal')
    const [own, other] = sets(random, 500, 0, 0)
    const { result, messages, bytes } = await run(own, other, { random, ...calm })
    assert.equal(result.outcome, 'equal')
    assert.equal(messages, 2)
    assert.ok(bytes <= 40, String(bytes))
  })

  it('moves ten objects among thousands in two rounds, and little beside them', async () => {
    const random = new Seeded('ten')
    const [own, other] = sets(random, 5000, 6, 4)
    const objects = [...own.objects, ...other.objects].filter(
      ([id]) => !own.objects.has(id) || !other.objects.has(id),
    )
    const payload = objects.reduce((sum, [, one]) => sum + one.length + 1, 0)
    const { result, bytes } = await run(own, other, { random, ...calm })
    assert.deepEqual(
      { ...result, symbols: 0 },
      { outcome: 'equal', rounds: 2, sent: 6, stored: 4, refused: 0, symbols: 0 },
    )
    assert.ok(bytes - payload <= 471 + 120, String(bytes - payload))
    assert.deepEqual([...own.objects.keys()].toSorted(), [...other.objects.keys()].toSorted())
  })

  it('makes random sets equal over any frame size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(400),
        fc.nat(60),
        fc.nat(60),
        fc.integer({ min: 64, max: 1500 }),
        fc.boolean(),
        fc.nat(),
        async (common, mine, theirs, maxPayload, reorder, seed) => {
          const random = new Seeded(seed)
          const [own, other] = sets(random, common, mine, theirs)
          const wire = { random, loss: 0, reorder, repeat: reorder, maxPayload }
          let { outcome } = (await run(own, other, wire)).result
          // Where a hello overtakes objects time and again, the next session has the rest.
          if (reorder && outcome !== 'equal') ({ outcome } = (await run(own, other, wire)).result)
          assert.equal(outcome, 'equal')
          assert.equal(own.objects.size, common + mine + theirs)
          assert.deepEqual(new Set(own.objects.keys()), new Set(other.objects.keys()))
        },
      ),
      { numRuns: 100, seed: 8 },
    )
  })

  it('loses nothing and gets further with each session where messages are lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(200),
        fc.nat(30),
        fc.nat(30),
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 64, max: 600 }),
        fc.nat(),
        async (common, mine, theirs, loss, maxPayload, seed) => {
          const random = new Seeded(seed)
          const [own, other] = sets(random, common, mine, theirs)
          const before = new Set([...own.objects.keys(), ...other.objects.keys()])
          let outcome: string | undefined
          for (let session = 0; session < 30 && outcome !== 'equal'; session++) {
            const wire = { random, loss, reorder: true, repeat: true, maxPayload }
            outcome = (await run(own, other, wire)).result.outcome
          }
          assert.equal(outcome, 'equal')
          assert.deepEqual(new Set(own.objects.keys()), before)
          assert.deepEqual(new Set(other.objects.keys()), before)
        },
      ),
      { numRuns: 60, seed: 8 },
    )
  })

  it('ends with what one side does not take, and says so', async () => {
    const random = new Seeded('refusals')
    const [own, other] = sets(random, 50, 5, 5)
    own.refuses = (one) => one.length > 0
    const { result } = await run(own, other, { random, ...calm })
    assert.equal(result.outcome, 'partial')
    assert.equal(result.refused, 5)
    assert.equal(other.objects.size, 60)
  })

  it('does not send again what the other side refuses', async () => {
    const random = new Seeded('refused')
    const [own, other] = sets(random, 50, 5, 5)
    other.refuses = (one) => one.length > 0
    const { result } = await run(own, other, { random, ...calm })
    assert.equal(result.outcome, 'partial')
    assert.equal(result.sent, 5)
    assert.equal(own.objects.size, 60)
  })

  it('gives up on one who never answers', async () => {
    const random = new Seeded('silence')
    const sent: Uint8Array[] = []
    let result: SyncResult | undefined
    const initiator = new SyncInitiator({
      secret: random.bytes(32),
      scope,
      set: new MemorySet(),
      channel: {
        maxPayload: 471,
        send: async (message) => void sent.push(message),
        transfer: async () => undefined,
      },
      ended: (one) => (result = one),
    })
    initiator.start()
    for (let tries = 0; tries < 20; tries++) {
      await new Promise(setImmediate)
      initiator.retry()
    }
    assert.equal(result?.outcome, 'silent')
    assert.equal(sent.length, 9)
  })

  it('takes nothing that it did not ask for', async () => {
    const random = new Seeded('unasked')
    const set = new MemorySet()
    const initiator = new SyncInitiator({
      secret: random.bytes(32),
      scope,
      set,
      channel: { maxPayload: 471, send: async () => undefined, transfer: async () => undefined },
      ended: () => undefined,
    })
    initiator.start()
    for (let index = 0; index < 100; index++) {
      initiator.receive(encodeSync({ type: 'object', content: madeOf(random) }))
    }
    await new Promise(setImmediate)
    assert.equal(set.objects.size, 0)
  })

  it('bounds what a neighbour can make it do', async () => {
    const random = new Seeded('greed')
    let sent = 0
    let ended = 0
    const set = new MemorySet()
    for (let index = 0; index < 100; index++) set.add(madeOf(random))
    const responder = new SyncResponder({
      secret: random.bytes(32),
      scope,
      set,
      channel: {
        maxPayload: 471,
        send: async (message) => void (sent += message.length),
        transfer: async (message) => void (sent += message.length),
      },
      ended: () => ended++,
    })
    const fingerprint = random.bytes(16)
    const hello = { type: 'hello', round: 1, scope, fingerprint, count: 5, credit: 5 } as const
    responder.receive(encodeSync(hello))
    for (let index = 0; index < 1000; index++) {
      responder.receive(encodeSync({ type: 'more', round: 1, from: index, credit: 100_000_000 }))
      responder.receive(encodeSync(hello))
      await new Promise(setImmediate)
    }
    assert.equal(ended, 1)
    assert.ok(sent < 1_000_000, String(sent))
  })

  it('ends a session whose symbols name what it never had', async () => {
    const random = new Seeded('made up')
    const results: SyncResult[] = []
    for (let trial = 0; trial < 6; trial++) {
      const set = new MemorySet()
      for (let index = 0; index < 20; index++) set.add(madeOf(random))
      const initiator = new SyncInitiator({
        secret: random.bytes(32),
        scope,
        set,
        channel: { maxPayload: 471, send: async () => undefined, transfer: async () => undefined },
        ended: (one) => results.push(one),
      })
      initiator.start()
      let from = 0
      for (let round = 0; round < 400 && !initiator.isEnded; round++) {
        const symbols = random.bytes(13 * 36)
        initiator.receive(encodeSync({ type: 'symbols', round: 1, from, symbols }))
        from += 36
      }
    }
    for (const { outcome } of results) assert.ok(['bounded', 'broken'].includes(outcome), outcome)
  })
})

describe('sync messages', () => {
  const random = new Seeded('messages')
  const samples: SyncMessage[] = [
    {
      type: 'hello',
      round: 3,
      scope,
      fingerprint: random.bytes(16),
      count: 100_000,
      credit: 36,
    },
    { type: 'equal', round: 1 },
    { type: 'symbols', round: 255, from: 16_384, symbols: random.bytes(26) },
    { type: 'more', round: 2, from: 0, credit: 268_435_455 },
    { type: 'want', ids: [[1, 0xffffffff]] },
    {
      type: 'missing',
      ids: [
        [5, 6],
        [7, 8],
      ],
    },
    { type: 'object', content: random.bytes(9) },
    { type: 'refused', ids: [[9, 10]] },
    { type: 'end' },
  ]

  it('are read as they were written', () => {
    for (const message of samples) assert.deepEqual(decodeSync(encodeSync(message)), message)
  })

  it('are refused where they are anything else, and the session goes on', () => {
    let refused = 0
    const responder = new SyncResponder({
      secret: random.bytes(32),
      scope,
      set: new MemorySet(),
      channel: { maxPayload: 471, send: async () => undefined, transfer: async () => undefined },
      ended: () => undefined,
    })
    for (let trial = 0; trial < 5000; trial++) {
      const bytes = encodeSync(random.pick(samples))
      const cut = bytes.slice(0, random.below(bytes.length + 1))
      const mutated = random.oneIn(2) ? cut : concat(bytes, random.bytes(random.below(4)))
      if (mutated.length > 0 && random.oneIn(2))
        mutated[random.below(mutated.length)]! ^= 1 << random.below(8)
      try {
        const message = decodeSync(mutated)
        assert.deepEqual(encodeSync(message), new Uint8Array(mutated))
        responder.receive(mutated)
      } catch (error) {
        assert.ok(isFault(error, 'MESH_MALFORMED'), String(error))
        refused++
      }
    }
    assert.ok(refused > 500)
  })
})
