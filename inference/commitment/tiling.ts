import { Fault } from '#base'

import type { Program } from '../types.ts'
import type { CommitmentFaults } from './faults.ts'
import { type Layout, layoutsOf } from './layout.ts'
import { limits } from './limits.ts'
import { depthOf } from './merkle.ts'
import {
  type Forest,
  forestOf,
  type Place,
  type Segment,
  segmentOf,
  tileAt,
  tileSize,
} from './segment.ts'
import { cutOutput, isProvable, type StepCost } from './step-cost.ts'

export interface TraceSegment extends Segment {
  readonly node: number
  /** Which output of the node. */
  readonly output: number
  /** Of the proof of one leaf, at most. */
  readonly cost: StepCost
}

/** How a program's values are cut into leaves. */
export interface Tiling {
  /** All outputs of all nodes, in their order. */
  readonly trace: Forest<TraceSegment>
  readonly inputs: Forest
  /** Of each constant that the model names by its root. */
  readonly weights: ReadonlyMap<number, Forest>
  /** By value; constants that are in the model have none. */
  readonly places: ReadonlyMap<number, Place>
}

/** What openings are of: the trace, the inputs, and from 2 on the constants by their place. */
export const sources = { trace: 0, inputs: 1, weights: 2 } as const

const known = new WeakMap<Program, Tiling>()

/** A function of the model alone, with or without its weights. */
export function tilingOf(program: Program): Tiling {
  const cached = known.get(program)
  if (cached !== undefined) return cached
  const layouts = layoutsOf(program)
  const places = new Map<number, Place>()
  const inputs = cutInputs(program, layouts, places)
  const weights = cutWeights(program, layouts, places)
  const trace = cutTrace(program, layouts, places)
  const tiling = { trace, inputs, weights, places }
  known.set(program, tiling)
  return tiling
}

/**
 * Refuses a program of which some result could not be proven in one transaction.
 *
 * @throws `INFERENCE_UNPROVABLE`
 */
export function checkProvable(program: Program): void {
  const { trace } = tilingOf(program)
  const made = new Set(trace.segments.map(({ value }) => value))
  const foreign = program.outputs.find(({ index }) => !made.has(index))
  if (foreign !== undefined) {
    refuse('output', foreign.name, 'every output of the graph has to come from a node')
  }
  if (trace.leaves > limits.traceLeaves.value) {
    refuse('leaves', String(trace.leaves), `at most ${limits.traceLeaves.value}`)
  }
  const heavy = trace.segments.find(({ cost }) => !isProvable(cost))
  if (heavy === undefined) return
  const { bytes, reads } = heavy.cost
  const name = program.values[heavy.value]?.name ?? ''
  refuse(
    'element',
    name,
    `one element needs up to ${bytes} bytes and ${reads} reads; split the node`,
  )
}

/** What proving a leaf takes at most, of each output of each node. */
export function stepCosts(program: Program): readonly StepCost[] {
  return tilingOf(program).trace.segments.map(({ cost }) => cost)
}

/** Leaves of the trace, and levels of the tree above them. */
export function traceSize(program: Program): { readonly leaves: number; readonly depth: number } {
  const { leaves, depth } = tilingOf(program).trace
  return { leaves, depth }
}

/** What a leaf of the trace holds: elements of an output of a node, at committed positions. */
export interface LeafPlace {
  readonly node: number
  readonly output: number
  readonly from: number
  readonly to: number
}

/** Undefined for padding: leaves beyond the last one. */
export function leafAt(program: Program, leaf: number): LeafPlace | undefined {
  const at = tileAt(tilingOf(program).trace, leaf)
  if (at === undefined) return undefined
  const { node, output, tileElements } = at.segment
  const from = at.tile * tileElements
  return { node, output, from, to: from + tileSize(at.segment, at.tile) }
}

/** What proving `leaf` takes at most; nothing for a leaf beyond the last one. */
export function stepCost(program: Program, leaf: number): StepCost {
  const at = tileAt(tilingOf(program).trace, leaf)
  return at?.segment.cost ?? { elements: 0, reads: 0, bytes: 0, hashes: 0 }
}

function cutInputs(
  program: Program,
  layouts: readonly Layout[],
  places: Map<number, Place>,
): Forest {
  const segments: Segment[] = []
  let first = 0
  for (const value of program.inputs) {
    const segment = segmentOf(value, layoutAt(layouts, value.index), first)
    segments.push(segment)
    first += segment.tiles
  }
  const forest = forestOf(segments)
  for (const segment of segments) {
    places.set(segment.value, { source: sources.inputs, segment, depth: forest.depth })
  }
  return forest
}

function cutWeights(
  program: Program,
  layouts: readonly Layout[],
  places: Map<number, Place>,
): ReadonlyMap<number, Forest> {
  const forests = new Map<number, Forest>()
  for (const [place, constant] of program.constants.entries()) {
    if (constant.root === undefined) continue
    const segment = segmentOf(constant, layoutAt(layouts, constant.index), 0)
    const forest = forestOf([segment])
    forests.set(place, forest)
    places.set(constant.index, { source: sources.weights + place, segment, depth: forest.depth })
  }
  return forests
}

function cutTrace(
  program: Program,
  layouts: readonly Layout[],
  places: Map<number, Place>,
): Forest<TraceSegment> {
  // Leaves are cut before their number is known, so costs are of a tree as deep as one may be.
  const depth = depthOf(limits.traceLeaves.value)
  const segments: TraceSegment[] = []
  let first = 0
  for (const [place, node] of program.nodes.entries()) {
    for (const [output, index] of node.outputs.entries()) {
      const value = program.values[index]
      if (value === undefined) continue
      const layout = layoutAt(layouts, index)
      const { tileElements, cost } = cutOutput({ program, node, output, layout, places })
      const segment = segmentOf(value, layout, first, tileElements)
      segments.push({ ...segment, node: place, output, cost })
      places.set(index, { source: sources.trace, segment, depth })
      first += segment.tiles
    }
  }
  return forestOf(segments)
}

function layoutAt(layouts: readonly Layout[], value: number): Layout {
  const layout = layouts[value]
  if (layout === undefined) throw new RangeError('a value that the program does not have')
  return layout
}

function refuse(reason: 'element' | 'leaves' | 'output', at: string, cure: string): never {
  const facts: CommitmentFaults = { code: 'INFERENCE_UNPROVABLE', reason, at }
  throw new Fault(facts, cure)
}
