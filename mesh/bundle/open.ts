import type { Chunk, ChunkCipher } from './cipher.ts'
import { chunkBytes, dataChunks, groupBytes, parityChunks } from './layout.ts'
import { fromBoth, fromP, fromQ, parityOf } from './parity.ts'
import type { Pieces } from './source.ts'

/** Data chunks by their places in a group; undefined for what is lost. */
type Chunks = readonly (Chunk | undefined)[]

export interface Group {
  /** From 0 on. */
  readonly number: number
  /** `dataChunks` where none was found. */
  readonly chunks: Chunks
  /** How many of these parity brought back. */
  readonly repaired: number
  /** None of its chunks was found: another key, padding, or too much damage. */
  readonly isBlank: boolean
  /** Nothing comes behind it. */
  readonly isLast: boolean
}

/** The groups from `number` on, up to the last or to the end of the bytes. */
export async function* openGroups(
  pieces: Pieces,
  cipher: ChunkCipher,
  number: number,
): AsyncGenerator<Group, void, void> {
  for (let at = number; ; at++) {
    const bytes = await pieces.take(groupBytes)
    if (bytes.length === 0) return
    const group = openGroup(new SealedGroup(bytes, cipher, at))
    yield group
    if (group.isLast) return
  }
}

function openGroup(group: SealedGroup): Group {
  const found = group.intact()
  const isBlank = found.every((chunk) => chunk === undefined)
  // Parity brings back two chunks: a group of up to two can lose all of them.
  const sizes = isBlank ? [1, 2] : [found.length]
  for (const size of sizes) {
    const chunks = group.repair(found.slice(0, size))
    const count = chunks.filter((chunk) => chunk !== undefined).length
    if (count === 0) continue
    return {
      number: group.number,
      chunks,
      repaired: count - found.filter((chunk) => chunk !== undefined).length,
      isBlank: false,
      isLast: size < dataChunks || chunks.some((chunk) => chunk?.isLast),
    }
  }
  return { number: group.number, chunks: found, repaired: 0, isBlank: true, isLast: false }
}

/** What stands on disk where a group is. */
class SealedGroup {
  readonly number: number
  readonly #bytes: Uint8Array
  readonly #cipher: ChunkCipher

  constructor(bytes: Uint8Array, cipher: ChunkCipher, number: number) {
    this.#bytes = bytes
    this.#cipher = cipher
    this.number = number
  }

  /** What opens as it is: as many places as the first that opens says. */
  intact(): Chunks {
    const chunks: (Chunk | undefined)[] = []
    let size: number | undefined
    for (let place = 0; place < (size ?? dataChunks); place++) {
      const chunk = this.#open(place, this.#sealed(place))
      size ??= chunk?.groupSize
      chunks.push(chunk)
    }
    return chunks
  }

  /** `chunks` with what parity brings back: up to two. */
  repair(chunks: Chunks): Chunks {
    const missing = chunks.keys().filter((place) => chunks[place] === undefined)
    const [first, second, ...others] = missing
    if (first === undefined || others.length > 0) return chunks
    const repaired = [...chunks]
    for (const [place, sealed] of this.#candidates(chunks, first, second)) {
      repaired[place] ??= this.#open(place, sealed)
    }
    return repaired
  }

  /** What may have stood at the places: parity has no tag, but what it gives back has. */
  *#candidates(
    chunks: Chunks,
    first: number,
    second: number | undefined,
  ): Generator<readonly [place: number, sealed: Uint8Array], void, void> {
    const known = parityOf(chunks.map((chunk, place) => chunk && this.#sealed(place)))
    const p = this.#parity(chunks.length, 0)
    const q = this.#parity(chunks.length, 1)
    if (second === undefined) {
      if (p !== undefined) yield [first, fromP(p, known)]
      if (q !== undefined) yield [first, fromQ(q, known, first)]
    } else if (p !== undefined && q !== undefined) {
      const [one, other] = fromBoth({ p, q }, known, [first, second])
      yield [first, one]
      yield [second, other]
    }
  }

  #parity(size: number, which: 0 | 1): Uint8Array | undefined {
    const masked = this.#sealed(size + which)
    return masked && this.#cipher.mask(this.number * parityChunks + which, masked)
  }

  #open(place: number, sealed: Uint8Array | undefined): Chunk | undefined {
    return sealed && this.#cipher.open(this.number * dataChunks + place, sealed)
  }

  /** Undefined where the bytes end before. */
  #sealed(place: number): Uint8Array | undefined {
    const chunk = this.#bytes.subarray(place * chunkBytes, (place + 1) * chunkBytes)
    return chunk.length === chunkBytes ? chunk : undefined
  }
}
