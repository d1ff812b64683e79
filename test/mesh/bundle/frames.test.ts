import assert from 'node:assert/strict'

import { array, assert as check, asyncProperty, integer, nat, oneof, record } from 'fast-check'

import { isFault } from '#base'
import { mlDsa } from '#crypto'

import { decodeFile, encodeFile } from '../../../mesh/bundle/file.ts'
import { noFrame, payloadBytes } from '../../../mesh/bundle/layout.ts'
import { decodeManifest, encodeManifest } from '../../../mesh/bundle/manifest.ts'
import { MerkleRoot } from '../../../mesh/bundle/merkle.ts'
import { type Frame, frameHeadBytes, pack } from '../../../mesh/bundle/pack.ts'
import { Unpacker } from '../../../mesh/bundle/unpack.ts'
import { limits } from '../../../mesh/limits.ts'
import { Seeded } from '../../seeded.ts'

async function packed(frames: readonly Frame[]): ReturnType<typeof collected> {
  async function* given(): AsyncGenerator<Frame> {
    yield* frames
  }
  return collected(given())
}

async function collected(frames: AsyncIterable<Frame>) {
  const chunks = await Array.fromAsync(pack(frames))
  return chunks.map((chunk) => ({ ...chunk, groupSize: 32, isLast: false }))
}

function unpacked(
  chunks: Awaited<ReturnType<typeof packed>>,
  lost: ReadonlySet<number> = new Set(),
): { frames: Frame[]; dropped: number } {
  const unpacker = new Unpacker()
  const frames: Frame[] = []
  for (const [index, chunk] of chunks.entries()) {
    if (lost.has(index)) unpacker.lost()
    else frames.push(...unpacker.take(index, chunk))
  }
  return { frames, dropped: unpacker.dropped }
}

/** Frames whose lengths fall around the ends of chunks. */
const someFrames = array(
  record({
    type: integer({ min: 1, max: 255 }),
    length: oneof(
      integer({ min: 0, max: 300 }),
      integer({ min: payloadBytes - 12, max: payloadBytes + 12 }),
      integer({ min: 0, max: 3 * payloadBytes }),
    ),
  }),
  { minLength: 1, maxLength: 12 },
)

function framesOf(facts: readonly { type: number; length: number }[]): Frame[] {
  return facts.map(({ type, length }, at) => ({ type, body: new Uint8Array(length).fill(at + 1) }))
}

describe('frames', () => {
  it('come out of chunks as they went in, wherever chunks end', async () => {
    await check(
      asyncProperty(someFrames, async (facts) => {
        const frames = framesOf(facts)
        assert.deepEqual(unpacked(await packed(frames)), { frames, dropped: 0 })
      }),
      { numRuns: 40, seed: 8 },
    )
  })

  it('are lost with the chunks that hold a part of them, and no others', async () => {
    await check(
      asyncProperty(someFrames, nat(), async (facts, chosen) => {
        const frames = framesOf(facts)
        const chunks = await packed(frames)
        const lost = chosen % chunks.length
        let at = 0
        const left = frames.filter(({ body }) => {
          const begin = Math.floor(at / payloadBytes)
          at += frameHeadBytes + body.length
          return lost < begin || lost > Math.floor((at - 1) / payloadBytes)
        })
        assert.deepEqual(unpacked(chunks, new Set([lost])).frames, left)
      }),
      { numRuns: 40, seed: 9 },
    )
  })

  it('too large to be kept are passed over, and what comes behind them is read', async () => {
    const large = { type: 9, body: new Uint8Array(limits.bundleFrame.value + 1) }
    const small = { type: 2, body: new Uint8Array(10) }
    const chunks = await packed([small, large, small])
    assert.deepEqual(unpacked(chunks), { frames: [small, small], dropped: 1 })
  })

  it('end where the next is said to begin, whatever their length says', async () => {
    const endless = new Uint8Array(payloadBytes)
    endless.set([2, 0, 15, 0, 0])
    const first = { firstFrame: 0, payload: endless, groupSize: 32, isLast: false }
    const small = { type: 2, body: new Uint8Array(10).fill(1) }
    const chunks = [first, ...(await packed([small]))]
    assert.deepEqual(unpacked(chunks), { frames: [small], dropped: 1 })
    const silent = { ...first, firstFrame: noFrame }
    assert.deepEqual(unpacked([silent, silent]), { frames: [], dropped: 0 })
  })
})

describe('a file as an object', () => {
  it('has the name and content it was given', () => {
    const content = new Uint8Array([1, 2, 3])
    for (const name of ['a', 'نقشه شهر.png', 'archive.tar.gz', 'x'.repeat(255)]) {
      assert.deepEqual(decodeFile(encodeFile({ name, content })), { name, content })
    }
  })

  it('has no name that leads elsewhere, hides, or is none for some system', () => {
    const names = [
      '',
      '.',
      '..',
      '.profile',
      '../x',
      'a/b',
      'a\\b',
      'C:x',
      'a\nb',
      'a\u0000',
      'nul',
      'COM1.txt',
      'a.',
      'a ',
      ' a',
      '\u202egnp.exe',
      'x'.repeat(256),
    ]
    for (const name of names) {
      assert.throws(() => encodeFile({ name, content: new Uint8Array(1) }), {
        code: 'MESH_MALFORMED',
      })
      const bytes = new TextEncoder().encode(name)
      if (bytes.length > 255) continue
      const body = new Uint8Array([bytes.length, ...bytes, 1])
      assert.throws(() => decodeFile(body), { code: 'MESH_MALFORMED' })
    }
    assert.throws(() => decodeFile(new Uint8Array([200, 65])), { code: 'MESH_MALFORMED' })
    const content = new Uint8Array(limits.bundleObject.value)
    assert.throws(() => encodeFile({ name: 'a', content }), { code: 'MESH_MALFORMED' })
  })
})

describe('a manifest', () => {
  const facts = {
    created: 1_900_000_000,
    lifetime: 60,
    count: 2,
    root: new Uint8Array(32).fill(1),
    frontier: [new Uint8Array(32).fill(2)],
    wanted: [new Uint8Array(32).fill(3), new Uint8Array(32).fill(4)],
  }

  it('that was changed in any bit has no signature', async () => {
    const signer = mlDsa(0x65).generate(new Seeded('signer'))
    const bytes = await encodeManifest(facts, signer)
    const random = new Seeded('bits')
    for (let round = 0; round < 40; round++) {
      const copy = bytes.slice()
      copy[random.below(copy.length)]! ^= 1 << random.below(8)
      await assert.rejects(decodeManifest(copy), { code: 'MESH_MALFORMED' })
    }
  })

  it('is refused when it is cut, longer, or of another format, and nothing else is thrown', async () => {
    const bytes = await encodeManifest(facts)
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(decodeManifest(bytes.subarray(0, length)), { code: 'MESH_MALFORMED' })
    }
    const random = new Seeded('manifests')
    for (let round = 0; round < 3000; round++) {
      const noise = random.bytes(random.below(400))
      if (round % 2 === 0) noise[0] = 1
      await decodeManifest(noise).catch((error: unknown) => {
        assert(isFault(error, 'MESH_MALFORMED'))
      })
    }
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    await assert.rejects(decodeManifest(longer), { code: 'MESH_MALFORMED' })
    const many = { ...facts, wanted: Array.from({ length: 4097 }, () => new Uint8Array(32)) }
    await assert.rejects(encodeManifest(many), { code: 'MESH_MALFORMED' })
  })
})

describe('a Merkle root over ids', () => {
  it('is another for other ids, another order or another count', () => {
    const ids = Array.from({ length: 9 }, (_, at) => new Uint8Array(32).fill(at))
    const roots = new Set<string>()
    const add = (some: readonly Uint8Array[]): void => {
      const tree = new MerkleRoot()
      for (const id of some) tree.add(id)
      roots.add(tree.root.toHex())
    }
    for (let count = 0; count <= 9; count++) add(ids.slice(0, count))
    add(ids.toReversed())
    add([...ids.slice(0, 8), ids[7]!])
    assert.equal(roots.size, 12)
  })
})
