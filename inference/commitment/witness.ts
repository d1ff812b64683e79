import type { Program, Tensor } from '../types.ts'
import { constantOf } from './constants.ts'
import { type MerkleTree, MerkleBuilder } from './merkle.ts'
import { forestAt } from './openings.ts'
import { type Forest, type Segment, tileAt, tileBytes, tileSize } from './segment.ts'
import { sources } from './tiling.ts'

/**
 * What a prover holds: all values of one inference, and the trees over them, each made when it is
 * asked for.
 */
export class Witness {
  readonly program: Program
  readonly #tensors: readonly (Tensor | undefined)[]
  readonly #trees = new Map<number, MerkleTree>()

  /** @param tensors By value. */
  constructor(program: Program, tensors: readonly (Tensor | undefined)[]) {
    this.program = program
    this.#tensors = tensors
  }

  get trace(): MerkleTree {
    return this.tree(sources.trace)
  }

  tensor(value: number): Tensor {
    return this.#tensors[value] ?? constantOf(this.program, value)
  }

  tree(source: number): MerkleTree {
    const cached = this.#trees.get(source)
    if (cached !== undefined) return cached
    const tree = treeOf(this.#forest(source), (value) => this.tensor(value))
    this.#trees.set(source, tree)
    return tree
  }

  tile(source: number, leaf: number): Uint8Array {
    const at = tileAt(this.#forest(source), leaf)
    if (at === undefined) throw new RangeError('a leaf beyond the last one')
    const from = at.tile * at.segment.tileElements
    const tensor = this.tensor(at.segment.value)
    return at.segment.layout.commitPart(tensor, from, from + tileSize(at.segment, at.tile))
  }

  #forest(source: number): Forest {
    const forest = forestAt(this.program, source)
    if (forest === undefined) throw new RangeError('a source that the program does not have')
    return forest
  }
}

/**
 * The tree over all outputs of all nodes.
 *
 * @param tensors By value.
 */
export function traceTree(program: Program, tensors: readonly (Tensor | undefined)[]): MerkleTree {
  return new Witness(program, tensors).trace
}

/** A tree of hashes alone, over values that are asked for one by one. */
export function treeOf(forest: Forest, tensorOf: (value: number) => Tensor): MerkleTree {
  const builder = new MerkleBuilder(forest.leaves)
  for (const segment of forest.segments) {
    for (const tile of tilesOf(segment, tensorOf(segment.value))) builder.add(tile)
  }
  return builder.build()
}

/** The tiles of one value, in their order. */
export function* tilesOf(segment: Segment, tensor: Tensor): Generator<Uint8Array> {
  const bytes = segment.layout.commit(tensor)
  let at = 0
  for (let tile = 0; tile < segment.tiles; tile++) {
    yield bytes.subarray(at, (at += tileBytes(segment, tile)))
  }
}
