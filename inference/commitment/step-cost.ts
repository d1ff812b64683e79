import { widths } from '../onnx/types.ts'
import { type Shape, sizeOf } from '../operators/shape.ts'
import type { Node, Program } from '../types.ts'
import type { Layout } from './layout.ts'
import { limits } from './limits.ts'
import { cover, inputsRead, readings } from './reading.ts'
import type { Place } from './segment.ts'

/** The most that proving one leaf of the trace takes, for any data. */
export interface StepCost {
  /** Elements that are computed. */
  readonly elements: number
  /** Elements read for them. */
  readonly reads: number
  /** Bytes of openings. */
  readonly bytes: number
  /** Hashes of leaves and nodes. */
  readonly hashes: number
}

interface Output {
  readonly program: Program
  readonly node: Node
  readonly output: number
  readonly layout: Layout
  readonly places: ReadonlyMap<number, Place>
}

/** The largest tiles of an output whose proofs stay within the limits; single elements otherwise. */
export function cutOutput(output: Output): {
  readonly tileElements: number
  readonly cost: StepCost
} {
  let tileElements: number = limits.tileElements.value
  let cost = costOf(output, tileElements)
  while (tileElements > 1 && !isWithin(cost)) {
    tileElements /= 2
    cost = costOf(output, tileElements)
  }
  return { tileElements, cost }
}

/** Whether no more than a transaction can prove. */
export function isProvable({ bytes, reads, hashes }: StepCost): boolean {
  return (
    bytes <= limits.elementBytes.value &&
    reads <= limits.elementReads.value &&
    hashes <= limits.elementHashes.value
  )
}

function isWithin({ bytes, reads, hashes }: StepCost): boolean {
  return (
    bytes <= limits.stepBytes.value &&
    reads <= limits.stepReads.value &&
    hashes <= limits.stepHashes.value
  )
}

function costOf({ program, node, output, layout, places }: Output, tileElements: number): StepCost {
  const committed = layout.order.map((axis) => layout.shape[axis] ?? 1)
  const elements = Math.min(tileElements, sizeOf(committed))
  const { copies, extents } = cover(committed, tileElements, true)
  const box = layout.logical(extents)
  const openings = readings(program, node, output, box).map((reading) => {
    const place = places.get(node.inputs[reading.input] ?? -1)
    return place === undefined ? none : openingOf(place, copies * reading.copies, reading.extents)
  })
  const together = copies * inputsRead(program, node, box)
  const single = layout.shape.map(() => 1)
  const reads = readings(program, node, output, single).map(
    (reading) => elements * reading.copies * sizeOf(reading.extents),
  )
  return {
    elements,
    reads: mostOf(reads, inputsRead(program, node, single)),
    bytes: mostOf(
      openings.map(({ bytes }) => bytes),
      together,
    ),
    hashes:
      1 +
      mostOf(
        openings.map(({ hashes }) => hashes),
        together,
      ),
  }
}

const none = { bytes: 0, hashes: 0 }

/** The sum of the `count` largest. */
function mostOf(numbers: readonly number[], count: number): number {
  const largest = numbers.toSorted((a, b) => b - a).slice(0, count)
  return largest.reduce((sum, number) => sum + number, 0)
}

/** Source and count before the runs, first and count of each run. */
const sectionBytes = 8
const runBytes = 8
const hashBytes = 32

/**
 * The cheapest of several ways to cover the boxes by runs of leaves: along each axis from some place
 * in the order on, what lies between the elements is opened with them.
 */
function openingOf({ segment, depth }: Place, copies: number, extents: Shape): Opening {
  const { layout, tileElements, tiles } = segment
  const ordered = layout.order.map((axis) => extents[axis] ?? 1)
  let runs = copies * sizeOf(ordered)
  let length = 1
  let best = openingOfRuns(segment, depth, runs, 1)
  for (let place = ordered.length - 1; place >= 0; place--) {
    const extent = ordered[place] ?? 1
    runs /= extent
    length += (extent - 1) * (layout.strides[place] ?? 1)
    const leaves = Math.ceil((length - 1) / tileElements) + 1
    const opening = openingOfRuns(segment, depth, runs, leaves)
    if (opening.bytes < best.bytes) best = opening
    if (leaves >= tiles) break
  }
  return best
}

interface Opening {
  readonly bytes: number
  readonly hashes: number
}

function openingOfRuns(
  { type, elements, tileElements, tiles }: Place['segment'],
  depth: number,
  runs: number,
  leavesOfRun: number,
): Opening {
  const leaves = Math.min(tiles, runs * leavesOfRun)
  const apart = Math.min(runs, Math.ceil(tiles / 2))
  // Leaves that nothing is read of stay closed: each of them may cost another run and a sibling instead.
  const gaps = leavesOfRun > 1 ? leaves * (runBytes + hashBytes) : 0
  const data = Math.max(Math.min(leaves * tileElements, elements) * widths[type], gaps)
  const siblings = siblingsOf(depth, apart)
  const bytes = sectionBytes + apart * runBytes + data + siblings * hashBytes
  return { bytes, hashes: 2 * leaves + siblings + depth }
}

/** Siblings of runs of leaves: at most two of each run on a level, and one of each two nodes. */
function siblingsOf(depth: number, runs: number): number {
  let siblings = 0
  for (let level = 1; level <= depth; level++) siblings += Math.min(2 * runs, 2 ** (level - 1))
  return siblings
}
