import type { Machine } from './machine.ts'
import { size, type Span } from './part.ts'
import type { ConvShape } from './shape.ts'

/** Rows of the input on their way into the image. */
export const stageBytes = 65_536

/** A piece of what one group of a convolution computes for one item of the batch. */
export interface Part {
  /** Of the result. */
  readonly rows: Span
  readonly columns: Span
  /** Within the group. */
  readonly filters: Span
  readonly channels: Span
  readonly tapRows: Span
  readonly tapColumns: Span
}

/**
 * The image of a part is its input with the padding: for each channel the rows that are equal modulo
 * the stride, and of these the columns that are, so that neighbours in the result read neighbours.
 */
export interface Layout {
  readonly vertical: Axis
  readonly horizontal: Axis
  /** Bytes of the rows and columns with one remainder each. */
  readonly phase: number
  /** Bytes of a channel. */
  readonly channel: number
  /** Results from one row to the next. */
  readonly resultWidth: number
  /** Panels of eight results. */
  readonly panels: number
  /** Whether all rows of the result are cut into panels as if they were one. */
  readonly isJoined: boolean
}

interface Axis {
  /** How many different remainders the taps have. Tap by tap they come in turn. */
  readonly phases: number
  /** Places of each phase. */
  readonly length: number
  /** The phase's first place in the padded input. */
  readonly start: (phase: number) => number
  /** Where the first result of the part reads, in the tap's phase. */
  readonly at: (tap: number) => number
  readonly stride: number
}

/**
 * Either each row of the result is cut into panels on its own, its last panel moved back to end with
 * the row, or all rows are cut as one, with the ends of the image's rows as results that nobody reads:
 * whatever needs fewer panels. What a panel writes beyond its row, the next rows overwrite.
 */
export function layoutOf(shape: ConvShape, part: Part): Layout {
  const { strides, dilations } = shape
  const vertical = axis(part.rows, part.tapRows, strides[0], dilations[0])
  const horizontal = axis(part.columns, part.tapColumns, strides[1], dilations[1])
  const phase = vertical.length * horizontal.length
  const channel = vertical.phases * horizontal.phases * phase
  const [rows, columns] = [size(part.rows), size(part.columns)]
  const apart = rows * Math.ceil(columns / 8)
  const joined = Math.ceil(((rows - 1) * horizontal.length + columns) / 8)
  const isJoined = joined < apart
  const resultWidth = isJoined ? horizontal.length : columns
  const panels = isJoined ? joined : apart
  return { vertical, horizontal, phase, channel, resultWidth, panels, isJoined }
}

function axis(results: Span, taps: Span, stride: number, dilation: number): Axis {
  const period = stride / greatestCommonDivisor(stride, dilation)
  const placeOf = (tap: number): number => Math.floor(((taps[0] + tap) * dilation) / stride)
  const first = placeOf(0)
  return {
    phases: Math.min(size(taps), period),
    length: size(results) + placeOf(size(taps) - 1) - first,
    start: (phase) => (results[0] + first) * stride + (((taps[0] + phase) * dilation) % stride),
    at: (tap) => placeOf(tap) - first,
    stride,
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Writes where each panel begins in the image and, in bytes, in the result. */
export function writePlaces(
  table: Int32Array,
  layout: Layout,
  part: Part,
  sources: number,
  results: number,
): void {
  const { horizontal, panels, isJoined } = layout
  const columns = size(part.columns)
  const perRow = Math.ceil(columns / 8)
  const last = Math.max(0, columns - 8)
  for (let panel = 0; panel < panels; panel++) {
    const row = isJoined ? 0 : Math.floor(panel / perRow)
    const column = isJoined ? panel * 8 : Math.min((panel % perRow) * 8, last)
    table[sources + panel] = row * horizontal.length + column
    table[results + panel] = (row * columns + column) * 4
  }
}

/** Writes where each tap of the first result is in the image. */
export function writeTaps(table: Int32Array, layout: Layout, part: Part, at: number): void {
  const { vertical, horizontal, phase } = layout
  for (let row = 0; row < size(part.tapRows); row++) {
    const rowPhase = (row % vertical.phases) * horizontal.phases
    const start = rowPhase * phase + vertical.at(row) * horizontal.length
    for (let column = 0; column < size(part.tapColumns); column++) {
      const columnPhase = column % horizontal.phases
      table[at++] = start + columnPhase * phase + horizontal.at(column)
    }
  }
}

/**
 * Copies what the part reads; the rest of the image is the zero point, and so is the channel that a pair
 * lacks.
 *
 * @param channel Where the part's first channel begins in `x`.
 */
export function writeImage(
  kernel: Machine,
  layout: Layout,
  shape: ConvShape,
  part: Part,
  x: Uint8Array,
  channel: number,
  xZero: number,
  image: number,
): void {
  kernel.bytes.fill(xZero, image, image + imageBytes(layout, part))
  const { vertical, horizontal, phase } = layout
  const stage = kernel.take(stageBytes)
  let target = image
  for (let index = 0; index < size(part.channels); index++) {
    const from = channel + index * shape.height * shape.width
    for (let row = 0; row < vertical.phases; row++) {
      for (let column = 0; column < horizontal.phases; column++) {
        const top = vertical.start(row) - shape.pads[0]
        const left = horizontal.start(column) - shape.pads[1]
        const rows = reach(vertical, top, shape.height)
        const columns = reach(horizontal, left, shape.width)
        const source = from + top * shape.width + left
        if (size(rows) > 0 && size(columns) > 0) {
          copyPhase(kernel, layout, shape.width, x, source, target, rows, columns, stage)
        }
        target += phase
      }
    }
  }
}

export function imageBytes(layout: Layout, part: Part): number {
  return Math.ceil(size(part.channels) / 2) * 2 * layout.channel
}

/** How many pieces the image is copied in: rows one by one, or element by element with a stride. */
export function copiesOf({ vertical, horizontal }: Layout, part: Part): number {
  const rows = size(part.channels) * vertical.phases * horizontal.phases * vertical.length
  return horizontal.stride > 1 ? rows + (rows * horizontal.length) / elementsPerCopy : rows
}

/** Elements one by one in the time of one copy. */
const elementsPerCopy = 16

/** The places of a phase that are inside the input, where place 0 is at `start` of it. */
function reach({ length, stride }: Axis, start: number, inside: number): Span {
  const from = Math.max(0, Math.ceil(-start / stride))
  return [from, Math.max(from, Math.min(length, Math.ceil((inside - start) / stride)))]
}

/** Fewer are copied one by one before a call into the engine has begun. */
const fewElements = 48

/**
 * Copies some places of a phase.
 *
 * @param source Where row 0 and column 0 of the phase would be in `x`.
 */
function copyPhase(
  kernel: Machine,
  { vertical, horizontal }: Layout,
  width: number,
  x: Uint8Array,
  source: number,
  target: number,
  rows: Span,
  columns: Span,
  stage: number,
): void {
  const step = vertical.stride * width
  const count = size(columns)
  const isFew = size(rows) * count < fewElements
  if (!isFew && step === count && horizontal.length === count && horizontal.stride === 1) {
    const [from, to] = [source + rows[0] * step, source + rows[1] * step]
    kernel.bytes.set(x.subarray(from, to), target + rows[0] * count)
    return
  }
  const isApart = isFew || horizontal.stride > 1
  const atOnce = isApart ? 0 : Math.floor((stageBytes - count) / step) + 1
  for (let row = rows[0]; row < rows[1];) {
    const from = source + row * step + columns[0] * horizontal.stride
    const to = target + row * horizontal.length + columns[0]
    const block = Math.min(Math.max(atOnce, 1), rows[1] - row)
    if (atOnce > 0) {
      kernel.bytes.set(x.subarray(from, from + (block - 1) * step + count), stage)
      kernel.routines.copy(stage, to, count, block, step, horizontal.length)
    } else {
      const { bytes } = kernel
      const { stride } = horizontal
      for (let column = 0; column < count; column++) {
        bytes[to + column] = x[from + column * stride] as number
      }
    }
    row += block
  }
}
