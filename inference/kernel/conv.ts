import {
  filterBytes,
  filtersOf,
  keepFilters,
  type PackedFilters,
  packFilters,
  wholeOf,
} from './filters.ts'
import {
  copiesOf,
  imageBytes,
  type Layout,
  layoutOf,
  type Part,
  stageBytes,
  writeImage,
  writePlaces,
  writeTaps,
} from './image.ts'
import { type Machine, machine } from './machine.ts'
import { halves, isWhole, size } from './part.ts'
import { type Bytes, convIntegerPlain, type ZeroPoint } from './plain.ts'
import { type ConvShape, outputOf } from './shape.ts'

interface Input {
  /** Whatever the sign of its elements. */
  readonly x: Uint8Array
  readonly isSigned: boolean
  readonly xZero: number
  readonly weights: PackedFilters
}

interface Convolution extends Input {
  readonly result: Int32Array
}

/** Which group of which item of the batch. */
interface Place {
  readonly item: number
  readonly group: number
}

const dimensions = ['rows', 'columns', 'filters', 'channels', 'tapRows', 'tapColumns'] as const

/** With fewer, the preparation takes longer than the convolution. */
const fewProducts = 2048
/** Packed columns that all filters in turn are multiplied with: part of a second-level cache. */
const blockBytes = 65_536

/**
 * y[item, filter, row, column] = the sum over channels and taps of (x - xZero) * (w - wZero), mod 2^32;
 * what is read in the padding is xZero.
 *
 * @param x NCHW.
 * @param w OIHW, where I are the channels of one group.
 * @param xZero Of the type of `x`.
 * @param wZero Of the type of `w`: for all filters, or one for each.
 */
export function convInteger(
  x: Bytes,
  w: Bytes,
  shape: ConvShape,
  xZero: number,
  wZero: ZeroPoint,
): Int32Array {
  const kernel = isWorthwhile(shape) ? machine() : undefined
  if (kernel === undefined) return convIntegerPlain(x, w, shape, xZero, wZero)
  return convolve(kernel, x, xZero, packFilters(w, shape, wZero))
}

/** {@link convInteger} with weights that were prepared. */
export function convPacked(x: Bytes, xZero: number, packed: PackedFilters): Int32Array {
  const { w, shape, zeros } = packed
  const kernel = isWorthwhile(shape) ? machine() : undefined
  if (kernel === undefined) return convIntegerPlain(x, w, shape, xZero, zeros)
  keepFilters(kernel, packed)
  return convolve(kernel, x, xZero, packed)
}

/**
 * Whether the kernel is faster than plain code: enough products, enough of them at once, and enough for
 * what has to be copied, which may be mostly padding.
 */
function isWorthwhile(shape: ConvShape): boolean {
  const whole = wholeOf(shape)
  const products = productsOf(whole)
  if (products < fewProducts) return false
  const layout = layoutOf(shape, whole)
  const taps = size(whole.tapRows) * size(whole.tapColumns)
  const steps = layout.panels * taps * Math.ceil(size(whole.channels) / 2)
  const copied = Math.max(imageBytes(layout, whole), copiesOf(layout, whole) * productsPerCopy)
  return products >= steps * 4 && products >= copied
}

/** Products of plain code in the time of one copy. */
const productsPerCopy = 16

function productsOf({ rows, columns, filters, channels, tapRows, tapColumns }: Part): number {
  const results = size(rows) * size(columns) * size(filters)
  return results * size(channels) * size(tapRows) * size(tapColumns)
}

/**
 * What a convolution takes beside its multiplications at the kernel's speed, in elements of other
 * operators. Equal on every machine.
 *
 * @param isPacked Whether the weights are prepared once for the whole batch.
 */
export function convElements(shape: ConvShape, isPacked: boolean): number {
  const whole = wholeOf(shape)
  const { batch, groups, filters } = shape
  const runs = batch * groups
  if (!isWorthwhile(shape)) {
    const products = productsOf(whole)
    const lines = products / size(whole.tapColumns)
    return Math.ceil(runs * (products / plainProducts + lines / plainLines))
  }
  const layout = layoutOf(shape, whole)
  const image = copiesOf(layout, whole) * copyElements + imageBytes(layout, whole) / imageElement
  const packed = ((isPacked ? 1 : batch) * filters * filterBytes(whole)) / (2 * packedWeights)
  return Math.ceil(runs * (beginning + image) + packed)
}

/** What it takes to begin with a group of an item of the batch, in elements. */
const beginning = 128
/** Of one copy into the image. */
const copyElements = 4
/** In the time of an element: products of plain code and its rows of taps, bytes of the image, weights. */
const plainProducts = 2
const plainLines = 4
const imageElement = 8
const packedWeights = 4

export function convolve(
  kernel: Machine,
  x: Bytes,
  xZero: number,
  weights: PackedFilters,
): Int32Array {
  const { shape } = weights
  const { batch, filters, groups } = shape
  const [rows, columns] = outputOf(shape)
  const whole = wholeOf(shape)
  const elements = new Uint8Array(x.buffer, x.byteOffset, x.byteLength)
  const input = { x: elements, isSigned: x instanceof Int8Array, xZero, weights }
  const layout = layoutOf(shape, whole)
  if (batch * groups === 1 && isCompact(layout, whole) && isFitting(kernel, layout, whole)) {
    const sums = run(kernel, input, { item: 0, group: 0 }, whole, layout)
    return kernel.read(sums, filters * rows * columns)
  }
  const convolution = { ...input, result: new Int32Array(batch * filters * rows * columns) }
  for (let item = 0; item < batch; item++) {
    for (let group = 0; group < groups; group++) {
      inParts(kernel, convolution, { item, group }, whole)
    }
  }
  return convolution.result
}

/** Halves what does not fit into the scratch, in the dimension that saves most. */
function inParts(kernel: Machine, convolution: Convolution, place: Place, part: Part): void {
  const { shape } = convolution.weights
  const layout = layoutOf(shape, part)
  const need = ([piece = part]: readonly Part[]): number => {
    return scratchOf(layoutOf(shape, piece), piece)
  }
  const splits = isFitting(kernel, layout, part)
    ? []
    : dimensions
        .filter((dimension) => size(part[dimension]) > 1)
        .map((dimension) => {
          const spans = halves(part[dimension], dimension === 'filters' ? 4 : 1)
          return spans.map((span) => ({ ...part, [dimension]: span }))
        })
        .toSorted((left, right) => need(left) - need(right))
  const [pieces] = splits
  if (pieces === undefined) {
    const sums = run(kernel, convolution, place, part, layout)
    deliver(kernel, convolution, place, part, layout, sums)
    return
  }
  for (const piece of pieces) inParts(kernel, convolution, place, piece)
}

/** @returns Where the sums are in the scratch. */
function run(kernel: Machine, input: Input, place: Place, part: Part, layout: Layout): number {
  const { weights, isSigned, xZero } = input
  kernel.clear()
  const image = imageOf(kernel, input, place, part, layout)
  const left = filtersOf(kernel, weights, part, place.group)
  const { panels, channel } = layout
  const filters = size(part.filters)
  const rowStep = resultBytes(layout, part)
  const sums = kernel.take(filters * rowStep)
  const sources = kernel.take(panels * 4)
  const results = kernel.take(panels * 4)
  writePlaces(kernel.int32, layout, part, sources / 4, results / 4)
  const tapCount = size(part.tapRows) * size(part.tapColumns)
  const taps = kernel.take(tapCount * 4)
  writeTaps(kernel.int32, layout, part, taps / 4)
  const zero = kernel.take(16)
  kernel.int16.fill(xZero, zero / 2, zero / 2 + 8)
  const pairsOfChannels = Math.ceil(size(part.channels) / 2)
  const pairs = tapCount * pairsOfChannels
  const block = Math.min(panels, Math.max(1, Math.floor(blockBytes / (pairs * 32))))
  const right = kernel.take(block * pairs * 32)
  const { columnsS8, columnsU8 } = kernel.routines
  const pack = isSigned ? columnsS8 : columnsU8
  for (let panel = 0; panel < panels; panel += block) {
    const count = Math.min(block, panels - panel)
    const at = panel * 4
    const tapsEnd = taps + tapCount * 4
    pack(image, right, sources + at, count, taps, tapsEnd, channel, pairsOfChannels, zero, 0)
    kernel.multiply({
      left,
      leftStep: pairs * 4,
      rows: filters,
      right,
      result: sums,
      places: results + at,
      rowStep,
      pairs,
      panels: count,
    })
  }
  return sums
}

/** The part's input in the scratch. */
function imageOf(
  kernel: Machine,
  { weights, x, xZero }: Input,
  { item, group }: Place,
  part: Part,
  layout: Layout,
): number {
  const { shape } = weights
  const { channels, groups, height, width } = shape
  const image = kernel.take(imageBytes(layout, part) + 8)
  const first = item * channels + (group * channels) / groups + part.channels[0]
  writeImage(kernel, layout, shape, part, x, first * height * width, xZero, image)
  return image
}

/** Adds the sums of a part to the result: there may be more channels and taps than the part has. */
function deliver(
  kernel: Machine,
  { weights, result }: Convolution,
  { item, group }: Place,
  part: Part,
  layout: Layout,
  sums: number,
): void {
  const { shape } = weights
  const { rows, columns, filters } = part
  const { resultWidth } = layout
  const [height, width] = outputOf(shape)
  const first = item * shape.filters + (group * shape.filters) / shape.groups
  const isAll = filterBytes(part) === filterBytes(wholeOf(shape))
  const isWide = isWhole(columns, width)
  const { int32 } = kernel
  const step = resultBytes(layout, part) / 4
  for (let filter = filters[0]; filter < filters[1]; filter++) {
    let from = sums / 4 + (filter - filters[0]) * step
    let target = ((first + filter) * height + rows[0]) * width + columns[0]
    if (isAll && isWide && resultWidth === width) {
      result.set(int32.subarray(from, from + size(rows) * width), target)
      continue
    }
    for (let row = 0; row < size(rows); row++) {
      for (let column = 0; column < size(columns); column++) {
        const at = target + column
        result[at] = (isAll ? 0 : (result[at] as number)) + (int32[from + column] as number)
      }
      from += resultWidth
      target += width
    }
  }
}

/** Of one filter's sums, with what panels write beyond them. */
function resultBytes(layout: Layout, part: Part): number {
  return (layout.resultWidth * size(part.rows) + (isCompact(layout, part) ? 0 : 8)) * 4
}

/** Whether panels write nothing but results. */
function isCompact({ isJoined, resultWidth }: Layout, part: Part): boolean {
  const columns = size(part.columns)
  if (!isJoined) return columns >= 8
  return resultWidth === columns && (columns * size(part.rows)) % 8 === 0
}

function isFitting(kernel: Machine, layout: Layout, part: Part): boolean {
  return scratchOf(layout, part) <= kernel.scratch
}

function scratchOf(layout: Layout, part: Part): number {
  const { panels } = layout
  const filters = size(part.filters)
  const taps = size(part.tapRows) * size(part.tapColumns)
  const bytes = filterBytes(part)
  const right = Math.min(panels * bytes * 8, Math.max(blockBytes, bytes * 8))
  const rest = filters * (bytes + resultBytes(layout, part)) + taps * 4 + panels * 8
  return imageBytes(layout, part) + stageBytes + right + rest + 256
}
