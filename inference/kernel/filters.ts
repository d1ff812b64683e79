import type { Part } from './image.ts'
import { emptySlot, type Machine, type Slot } from './machine.ts'
import { size } from './part.ts'
import { type Bytes, type ZeroPoint, zeroPoints } from './plain.ts'
import { type ConvShape, outputOf } from './shape.ts'

/** Weights of a convolution that are used again. The bytes must stay as they are. */
export interface PackedFilters {
  readonly w: Bytes
  readonly shape: ConvShape
  readonly zeros: Int16Array
  /** All filters as the kernel reads them. */
  readonly slot: Slot
}

/** Prepares `w` of `convInteger` for several convolutions. */
export function packFilters(w: Bytes, shape: ConvShape, wZero: ZeroPoint): PackedFilters {
  const slot = emptySlot(shape.filters * filterBytes(wholeOf(shape)))
  return { w, shape, zeros: zeroPoints(wZero, shape.filters), slot }
}

/** All that one group computes for one item of the batch. */
export function wholeOf(shape: ConvShape): Part {
  const [rows, columns] = outputOf(shape)
  return {
    rows: [0, rows],
    columns: [0, columns],
    filters: [0, shape.filters / shape.groups],
    channels: [0, shape.channels / shape.groups],
    tapRows: [0, shape.kernel[0]],
    tapColumns: [0, shape.kernel[1]],
  }
}

/** Of one filter as the kernel reads it. */
export function filterBytes({ channels, tapRows, tapColumns }: Part): number {
  return size(tapRows) * size(tapColumns) * Math.ceil(size(channels) / 2) * 4
}

/** Makes room for all filters beside the scratch, if there can be any, and packs them. */
export function keepFilters(kernel: Machine, weights: PackedFilters): void {
  const { shape, slot } = weights
  if (kernel.has(slot)) return
  const whole = wholeOf(shape)
  kernel.keep(slot, () => {
    for (let group = 0; group < shape.groups; group++) {
      writeFilters(kernel, weights, whole, group, keptAt(weights, whole, group))
    }
  })
}

/** The part's filters as the kernel reads them, where they are kept or freshly packed. */
export function filtersOf(
  kernel: Machine,
  weights: PackedFilters,
  part: Part,
  group: number,
): number {
  const isAll = filterBytes(part) === filterBytes(wholeOf(weights.shape))
  if (isAll && kernel.has(weights.slot)) return keptAt(weights, part, group)
  const address = kernel.take(size(part.filters) * filterBytes(part))
  writeFilters(kernel, weights, part, group, address)
  return address
}

function keptAt({ shape, slot }: PackedFilters, part: Part, group: number): number {
  const first = (group * shape.filters) / shape.groups + part.filters[0]
  return slot.address + first * filterBytes(part)
}

/** Filters widened, less their zero points, in fours, then one by one, tap by tap. */
function writeFilters(
  kernel: Machine,
  weights: PackedFilters,
  part: Part,
  group: number,
  address: number,
): void {
  const { filters, groups } = weights.shape
  const [from, to] = part.filters
  const first = (group * filters) / groups
  let at = address / 2
  for (let filter = from; filter < to;) {
    const tile = filter + 4 <= to ? 4 : 1
    at = writeTile(kernel.int16, at, weights, part, first + filter, tile)
    filter += tile
  }
}

function writeTile(
  int16: Int16Array,
  at: number,
  { w, shape, zeros }: PackedFilters,
  { tapRows, tapColumns, channels }: Part,
  filter: number,
  tile: number,
): number {
  const area = shape.kernel[0] * shape.kernel[1]
  const depth = shape.channels / shape.groups
  for (let tapRow = tapRows[0]; tapRow < tapRows[1]; tapRow++) {
    for (let tapColumn = tapColumns[0]; tapColumn < tapColumns[1]; tapColumn++) {
      const tap = tapRow * shape.kernel[1] + tapColumn
      for (let channel = channels[0]; channel < channels[1]; channel += 2) {
        for (let row = filter; row < filter + tile; row++) {
          const from = (row * depth + channel) * area + tap
          const zero = zeros[row] as number
          int16[at++] = (w[from] as number) - zero
          int16[at++] = channel + 1 < channels[1] ? (w[from + area] as number) - zero : 0
        }
      }
    }
  }
  return at
}
