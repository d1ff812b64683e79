import { widths } from '../onnx/types.ts'
import { sizeOf } from '../operators/shape.ts'
import type { ElementType, Value } from '../types.ts'
import type { Layout } from './layout.ts'
import { limits } from './limits.ts'
import { depthOf } from './merkle.ts'

/** The leaves of one value in a tree. */
export interface Segment {
  readonly value: number
  readonly type: ElementType
  readonly layout: Layout
  readonly elements: number
  /** Of each leaf but the last, which may have fewer. */
  readonly tileElements: number
  readonly tiles: number
  /** The leaf that is the first tile. */
  readonly first: number
}

/** A tree whose leaves are the tiles of values, one value after the other. */
export interface Forest<Each extends Segment = Segment> {
  readonly segments: readonly Each[]
  readonly leaves: number
  readonly depth: number
}

/** Where the elements of a value are committed. */
export interface Place {
  readonly source: number
  readonly segment: Segment
  /** At least the depth of the source's tree. */
  readonly depth: number
}

/** @param tileElements As many as make {@link limits.tileBytes} when absent. */
export function segmentOf(
  { index, type, shape }: Value,
  layout: Layout,
  first: number,
  tileElements = limits.tileBytes.value / widths[type],
): Segment {
  const elements = sizeOf(shape)
  const tiles = Math.ceil(elements / tileElements)
  return { value: index, type, layout, elements, tileElements, tiles, first }
}

/** @param segments As their firsts rise, without a gap. */
export function forestOf<Each extends Segment>(segments: readonly Each[]): Forest<Each> {
  const last = segments.at(-1)
  const leaves = last === undefined ? 0 : last.first + last.tiles
  return { segments, leaves, depth: depthOf(leaves) }
}

/** The segment and the tile of a leaf; undefined beyond the last one. */
export function tileAt<Each extends Segment>(
  { segments, leaves }: Forest<Each>,
  leaf: number,
): { readonly segment: Each; readonly tile: number } | undefined {
  if (leaf < 0 || leaf >= leaves) return undefined
  let low = 0
  let high = segments.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((segments[middle]?.first ?? 0) <= leaf) low = middle
    else high = middle
  }
  const segment = segments[low]
  return segment === undefined ? undefined : { segment, tile: leaf - segment.first }
}

/** Elements of one tile. */
export function tileSize({ elements, tileElements }: Segment, tile: number): number {
  return Math.min(tileElements, elements - tile * tileElements)
}

/** Bytes of one tile. */
export function tileBytes(segment: Segment, tile: number): number {
  return tileSize(segment, tile) * widths[segment.type]
}
