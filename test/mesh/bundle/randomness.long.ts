import assert from 'node:assert/strict'

import { concat } from '#base'
import { mlKem } from '#crypto'

import { ChunkCipher } from '../../../mesh/bundle/cipher.ts'
import {
  chunkBytes,
  dataChunks,
  parityChunks,
  payloadBytes,
  saltBytes,
} from '../../../mesh/bundle/layout.ts'
import { sealGroups } from '../../../mesh/bundle/seal.ts'
import { kindNumbers, objectId } from '../../../mesh/objects/kinds.ts'
import { addScaled, inverse } from '../../../mesh/transfer/gf256.ts'
import { Seeded } from '../../seeded.ts'
import { bundleOf, groupKey, objectsOf } from './courier.ts'

const groupChunks = dataChunks + parityChunks

/** Over the 256 values of a byte: 255 in the mean, with a standard deviation of 22.6. */
function chiSquared(bytes: Uint8Array): number {
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte]!++
  const expected = bytes.length / 256
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** Over GF(256), of chunks by their first 64 bytes. */
function rank(chunks: readonly Uint8Array[]): number {
  const rows = chunks.map((chunk) => chunk.slice(0, 64))
  let found = 0
  for (let column = 0; column < 64; column++) {
    const pivot = rows.findIndex((row, at) => at >= found && row[column] !== 0)
    if (pivot < 0) continue
    ;[rows[found], rows[pivot]] = [rows[pivot]!, rows[found]!]
    const row = rows[found]!
    for (const other of rows.slice(found + 1)) {
      const sum = new Uint8Array(64)
      addScaled(sum, row, inverse(row[column]!))
      addScaled(other, sum, other[column]!)
    }
    found++
  }
  return found
}

/** What stands where the chunks of each whole group do. */
function groupsOf(chunks: Uint8Array): Uint8Array[][] {
  const count = Math.floor(chunks.length / chunkBytes / groupChunks)
  return Array.from({ length: count }, (_, group) =>
    Array.from({ length: groupChunks }, (__, place) => {
      const at = (group * groupChunks + place) * chunkBytes
      return chunks.subarray(at, at + chunkBytes)
    }),
  )
}

/** Three groups of them, all the same. */
async function* payloads(): AsyncGenerator<{ firstFrame: number; payload: Uint8Array }> {
  const payload = new Uint8Array(payloadBytes)
  for (let chunk = 0; chunk < 3 * dataChunks; chunk++) yield { firstFrame: 0, payload }
}

async function groupsBy(cipher: Pick<ChunkCipher, 'seal' | 'mask'>): Promise<Uint8Array[][]> {
  return groupsOf(concat(...(await Array.fromAsync(sealGroups(payloads(), cipher)))))
}

describe('the bytes of a bundle', () => {
  it('are spread as random ones are, whatever is inside', async () => {
    const body = new Uint8Array(1_000_000)
    const zeros = { id: objectId(kindNumbers.tile, body), kind: kindNumbers.tile, body }
    const contents = [objectsOf(3000, 2000), Array.from({ length: 6 }, () => zeros)]
    for (const objects of contents) {
      const bytes = await bundleOf(objects)
      // Five standard deviations.
      const squared = chiSquared(bytes)
      assert(squared > 142 && squared < 368, `${squared}`)
    }
  })

  it('of a salt and key are never those of another', async () => {
    const objects = objectsOf(2, 1000)
    const one = await bundleOf(objects, { random: new Seeded('one') })
    const other = await bundleOf(objects, { random: new Seeded('other') })
    const same = one.filter((byte, at) => byte === other[at]).length
    assert(same < one.length / 200, `${same}`)
  })

  it('have no linear relation between their chunks, which without the mask they have', async () => {
    const cipher = new ChunkCipher(groupKey, new Uint8Array(32))
    const masked = await groupsBy(cipher)
    assert.deepEqual(masked.map(rank), [34, 34, 34])
    const bare = await groupsBy({
      seal: (index, chunk) => cipher.seal(index, chunk),
      mask: (_, parity) => parity,
    })
    assert.deepEqual(bare.map(rank), [32, 32, 32])
    const whole = groupsOf((await bundleOf(objectsOf(3000, 2000))).subarray(saltBytes))
    assert.deepEqual(whole.slice(0, 2).map(rank), [34, 34])
  })

  it('sealed to a recipient are not random, and do not claim to be', async () => {
    const { publicKey } = mlKem(768).generate(new Seeded('recipient'))
    const bytes = await bundleOf([], { to: { kind: 'recipient', publicKey } })
    assert.match(
      new TextDecoder().decode(bytes.subarray(0, 47)),
      /^pars bundle 1: .* not deniable\n$/,
    )
  })
})
