import { empty, equal } from '#base'

import { element } from '../execute.ts'
import { bytesOf, dataOf, newData } from '../onnx/types.ts'
import { sizeOf } from '../operators/shape.ts'
import type { Element, Program, TensorData } from '../types.ts'
import { constantOf } from './constants.ts'
import { refuseOpening } from './faults.ts'
import { leafHash, paddingLeaf } from './merkle.ts'
import { decodeOpenings, encodeOpenings, forestAt, type Section, topOf } from './openings.ts'
import { tileAt, tileSize } from './segment.ts'
import { sources, stepCost, type Tiling, tilingOf } from './tiling.ts'
import { weightsRootOf } from './weights.ts'
import type { Witness } from './witness.ts'

/** One leaf of a claimed trace. */
export interface StepClaim {
  readonly inputRoot: Uint8Array
  readonly traceRoot: Uint8Array
  readonly leaf: number
  readonly leafHash: Uint8Array
}

type Read = (value: number, index: number) => Element

/** Openings of all that the leaf is made of: what {@link verifyStep} takes. None beyond the last leaf. */
export function prove(witness: Witness, leaf: number): Uint8Array {
  const { program } = witness
  const { places } = tilingOf(program)
  const needed = new Map<number, Set<number>>()
  compute(program, leaf, (value, index) => {
    const place = places.get(value)
    if (place !== undefined) {
      const { first, layout, tileElements } = place.segment
      const leaves = needed.get(place.source) ?? new Set()
      needed.set(place.source, leaves)
      leaves.add(first + Math.floor(layout.position(index) / tileElements))
    }
    return witness.tensor(value).data[index] ?? 0
  })
  const sections = [...needed.keys()]
    .toSorted((a, b) => a - b)
    .map((source) => {
      const leaves = [...(needed.get(source) ?? [])].toSorted((a, b) => a - b)
      const tiles = leaves.map((each) => witness.tile(source, each))
      return { source, leaves, tiles, proof: witness.tree(source).proof(leaves) }
    })
  return encodeOpenings(sections)
}

/**
 * Whether a leaf is what its operator gives for what the openings show. Leaves beyond the last one
 * are right when they are padding.
 *
 * Takes no more than {@link stepCost} says, whatever the openings are.
 *
 * @throws `INFERENCE_OPENING` unless the openings are exactly those that the leaf needs.
 */
export function verifyStep(program: Program, claim: StepClaim, openings: Uint8Array): boolean {
  const cost = stepCost(program, claim.leaf)
  if (openings.length > cost.bytes) refuseOpening('length')
  const sections = decodeOpenings(program, openings)
  const leaves = sections.reduce((all, section) => all + section.leaves.length, 0)
  if (leaves > cost.hashes) refuseOpening('unused')
  for (const section of sections) checkRoot(program, claim, section)
  const opened = new Opened(program, sections)
  const made = compute(program, claim.leaf, (value, index) => opened.read(value, index))
  opened.finish()
  return equal(claim.leafHash, made === undefined ? paddingLeaf : leafHash(bytesOf(made)))
}

/** The elements of a leaf by their definition; undefined beyond the last leaf. */
function compute(program: Program, leaf: number, read: Read): TensorData | undefined {
  const at = tileAt(tilingOf(program).trace, leaf)
  if (at === undefined) return undefined
  const { segment, tile } = at
  const inputs = (program.nodes[segment.node]?.inputs ?? []).map((value = -1) => ({
    value,
    elements: sizeOf(program.values[value]?.shape ?? [0]),
  }))
  const readInput = (place: number, index: number): Element => {
    const input = inputs[place]
    // In a false trace an index may lead beyond what it is an index of.
    if (input === undefined || !(index >= 0 && index < input.elements)) {
      return refuseOpening('missing')
    }
    return read(input.value, index)
  }
  const data = newData(segment.type, tileSize(segment, tile))
  const { node, output } = segment
  for (let place = 0; place < data.length; place++) {
    const index = segment.layout.index(tile * segment.tileElements + place)
    data[place] = element(program, node, output, index, readInput) as never
  }
  return data
}

/** The elements that openings show. */
class Opened {
  readonly #program: Program
  readonly #places: Tiling['places']
  readonly #tiles = new Map<number, ReadonlyMap<number, TensorData>>()
  readonly #unused = new Set<TensorData>()

  constructor(program: Program, sections: readonly Section[]) {
    this.#program = program
    this.#places = tilingOf(program).places
    for (const { source, leaves, tiles } of sections) {
      const forest = forestAt(program, source) ?? refuseOpening('source')
      const opened = leaves.map((leaf, place): [number, TensorData] => {
        const { segment } = tileAt(forest, leaf) ?? refuseOpening('order')
        const data = dataOf(segment.type, tiles[place] ?? empty)
        this.#unused.add(data)
        return [leaf, data]
      })
      this.#tiles.set(source, new Map(opened))
    }
  }

  read(value: number, index: number): Element {
    const place = this.#places.get(value)
    if (place === undefined) return constantOf(this.#program, value).data[index] ?? 0
    const { first, layout, tileElements } = place.segment
    const position = layout.position(index)
    const at = position % tileElements
    const tile = this.#tiles.get(place.source)?.get(first + (position - at) / tileElements)
    if (tile === undefined) return refuseOpening('missing')
    this.#unused.delete(tile)
    return tile[at] ?? 0
  }

  finish(): void {
    if (this.#unused.size > 0) refuseOpening('unused')
  }
}

function checkRoot(program: Program, claim: StepClaim, section: Section): void {
  const forest = forestAt(program, section.source) ?? refuseOpening('source')
  const top = topOf(forest, section)
  if (section.source === sources.trace) return expectRoot(top, claim.traceRoot)
  if (section.source === sources.inputs) return expectRoot(top, claim.inputRoot)
  const constant = program.constants[section.source - sources.weights]
  const [segment] = forest.segments
  if (constant?.root === undefined || segment === undefined) return refuseOpening('source')
  expectRoot(weightsRootOf(segment, top), Uint8Array.fromHex(constant.root))
}

function expectRoot(root: Uint8Array, wanted: Uint8Array): void {
  if (!equal(root, wanted)) refuseOpening('root')
}
