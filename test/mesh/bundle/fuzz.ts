/** Bundles that no honest exporter writes, and what may come of them. */
import assert from 'node:assert/strict'

import { concat, isFault } from '#base'

import type { Imported } from '../../../mesh/bundle/import.ts'
import { payloadBytes } from '../../../mesh/bundle/layout.ts'
import { seal } from '../../../mesh/bundle/seal.ts'
import { Seeded } from '../../seeded.ts'
import { bundleOf, groupKey, importFrom, MemorySink, objectsOf } from './courier.ts'

const objects = objectsOf(40, 3000)
const honest = new Set(objects.map(({ id }) => id.toHex()))

/** Changes bytes, cuts, doubles or moves pieces: what a bad disk or somebody without the key does. */
function mutated(bytes: Uint8Array, random: Seeded): Uint8Array {
  const at = random.below(bytes.length)
  const end = at + random.below(bytes.length - at)
  switch (random.below(5)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return concat(bytes.subarray(0, at), bytes.subarray(end))
    case 2:
      return concat(bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end))
    case 3: {
      const copy = bytes.slice()
      for (let count = 1 + random.below(5); count > 0; count--) {
        copy[random.below(copy.length)]! ^= 1 + random.below(255)
      }
      return copy
    }
    default: {
      const copy = bytes.slice()
      copy.set(random.bytes(Math.min(end - at, 100_000)), at)
      return copy
    }
  }
}

/** Nothing is thrown but what an import says it throws. */
async function outcome(bytes: Uint8Array, sink: MemorySink): Promise<Imported | undefined> {
  try {
    return await importFrom(bytes, { sink })
  } catch (error) {
    assert(
      isFault(error, 'MESH_BUNDLE_CLOSED', 'MESH_MALFORMED', 'MESH_BUNDLE_EXPIRED'),
      String(error),
    )
    return undefined
  }
}

/** Files that were damaged: no object comes of them that was not put in. */
export async function fuzzFiles(rounds: number, seed: string): Promise<void> {
  const random = new Seeded(seed)
  const bytes = await bundleOf(objects)
  for (let round = 0; round < rounds; round++) {
    const sink = new MemorySink()
    await outcome(mutated(bytes, random), sink)
    for (const id of sink.objects.keys()) assert(honest.has(id))
  }
}

/** Files by somebody who has the key: no more comes of them than they have bytes. */
export async function fuzzContents(rounds: number, seed: string): Promise<void> {
  const random = new Seeded(seed)
  for (let round = 0; round < rounds; round++) {
    const bytes = await concatenated(seal(hostile(random), { to, random }))
    const sink = new MemorySink()
    await outcome(bytes, sink)
    let stored = 0
    for (const { body } of sink.objects.values()) stored += body.length
    assert(stored <= bytes.length, `${stored} of ${bytes.length}`)
  }
}

const to = { kind: 'group', key: groupKey } as const

async function concatenated(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return concat(...(await Array.fromAsync(pieces)))
}

/** One to three payloads: heads of frames with lengths that may be absurd, and anything between. */
async function* hostile(
  random: Seeded,
): AsyncGenerator<{ firstFrame: number; payload: Uint8Array }> {
  for (let count = 1 + random.below(3); count > 0; count--) {
    const payload = new Uint8Array(payloadBytes)
    let at = random.oneIn(2) ? 0 : random.below(payloadBytes)
    const firstFrame = random.oneIn(3) ? random.below(2 ** 16) : at
    while (at < payloadBytes - 8 && !random.oneIn(40)) {
      payload[at] = random.pick([0, 1, 2, 2, 2, 3, random.below(256)])
      const length = random.pick([0, 1, 2, 60, random.below(5000), 2 ** 20 + 2, 2 ** 32 - 1])
      new DataView(payload.buffer).setUint32(at + 1, length)
      const body = random.bytes(Math.min(length, 100, payloadBytes - at - 5))
      payload.set(body, at + 5)
      at += 5 + Math.min(length, payloadBytes)
    }
    yield { firstFrame, payload }
  }
}
