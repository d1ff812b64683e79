import { concat } from '#base'

import type { Program } from '../types.ts'
import { refuseOpening } from './faults.ts'
import { limits } from './limits.ts'
import { foldMany, leafHash, proofBytes } from './merkle.ts'
import { type Forest, tileAt, tileBytes } from './segment.ts'
import { sources, tilingOf } from './tiling.ts'

/** Leaves of one tree with what proves them. */
export interface Section {
  readonly source: number
  /** Rising. */
  readonly leaves: readonly number[]
  /** One for each leaf. */
  readonly tiles: readonly Uint8Array[]
  /** Siblings, from the leaves up and from left to right. */
  readonly proof: Uint8Array
}

/** The tree that a source names; undefined when it names none. */
export function forestAt(program: Program, source: number): Forest | undefined {
  const { trace, inputs, weights } = tilingOf(program)
  if (source === sources.trace) return trace
  return source === sources.inputs ? inputs : weights.get(source - sources.weights)
}

/**
 * Sections by rising source, each `source || number of runs || (first leaf || leaves)... || tiles ||
 * proof`, all numbers of 4 bytes, big-endian. Runs rise and never touch; the lengths of tiles and
 * proof follow from the leaves.
 */
export function encodeOpenings(sections: readonly Section[]): Uint8Array {
  return concat(
    ...sections.flatMap(({ source, leaves, tiles, proof }) => {
      const runs = runsOf(leaves)
      return [integers(source, runs.length, ...runs.flat()), ...tiles, proof]
    }),
  )
}

/** @throws `INFERENCE_OPENING` for bytes that {@link encodeOpenings} does not give. */
export function decodeOpenings(program: Program, bytes: Uint8Array): readonly Section[] {
  if (bytes.length > limits.elementBytes.value) refuseOpening('length')
  const cursor = new Cursor(bytes)
  const sections: Section[] = []
  while (!cursor.isAtEnd) {
    const section = decodeSection(program, cursor)
    if (section.source <= (sections.at(-1)?.source ?? -1)) refuseOpening('order')
    sections.push(section)
  }
  return sections
}

/** The top of the tree that a section opens. */
export function topOf({ depth }: Forest, { leaves, tiles, proof }: Section): Uint8Array {
  return foldMany(depth, leaves, tiles.map(leafHash), proof)
}

function decodeSection(program: Program, cursor: Cursor): Section {
  const source = cursor.integer()
  const forest = forestAt(program, source) ?? refuseOpening('source')
  const leaves = decodeRuns(cursor)
  const tiles = leaves.map((leaf) => {
    const { segment, tile } = tileAt(forest, leaf) ?? refuseOpening('order')
    return cursor.take(tileBytes(segment, tile))
  })
  return { source, leaves, tiles, proof: cursor.take(proofBytes(forest.depth, leaves)) }
}

function decodeRuns(cursor: Cursor): number[] {
  const leaves: number[] = []
  const runs = cursor.integer()
  if (runs === 0) refuseOpening('order')
  for (let run = 0; run < runs; run++) {
    const first = cursor.integer()
    const count = cursor.integer()
    const last = leaves.at(-1)
    if (count === 0 || (last !== undefined && first <= last + 1)) refuseOpening('order')
    // Each leaf has a byte at least.
    if (leaves.length + count > cursor.left) refuseOpening('length')
    for (let leaf = first; leaf < first + count; leaf++) leaves.push(leaf)
  }
  return leaves
}

function runsOf(leaves: readonly number[]): readonly [first: number, count: number][] {
  const runs: [number, number][] = []
  for (const leaf of leaves) {
    const run = runs.at(-1)
    if (run !== undefined && run[0] + run[1] === leaf) run[1]++
    else runs.push([leaf, 1])
  }
  return runs
}

function integers(...numbers: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [place, number] of numbers.entries()) bytes.setUint32(4 * place, number)
  return new Uint8Array(bytes.buffer)
}

class Cursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  get isAtEnd(): boolean {
    return this.left === 0
  }

  take(count: number): Uint8Array {
    if (count > this.left) refuseOpening('length')
    return this.#bytes.subarray(this.#at, (this.#at += count))
  }

  integer(): number {
    const bytes = this.take(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  }
}
