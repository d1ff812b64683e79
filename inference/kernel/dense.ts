import { emptySlot, type Machine, machine, type Slot } from './machine.ts'
import { halves, isWhole, size, type Span } from './part.ts'
import { type Bytes, denseIntegerPlain, type ZeroPoint, zeroPoints } from './plain.ts'

/** Weights of a matrix product that are used again. The bytes must stay as they are. */
export interface PackedWeights {
  readonly b: Bytes
  readonly k: number
  readonly n: number
  readonly zeros: Int16Array
  /** The whole matrix as the kernel reads it. */
  readonly slot: Slot
}

/** A piece of a product. */
interface Part {
  /** Of `a`. */
  readonly rows: Span
  /** Columns of `a` and rows of `b`. */
  readonly factors: Span
  /** Of `b`. */
  readonly columns: Span
}

interface Factors {
  readonly a: Bytes
  readonly aZero: number
  readonly weights: PackedWeights
}

interface Product extends Factors {
  readonly result: Int32Array
}

/** With fewer, the preparation takes longer than the product. */
const fewProducts = 2048
/** Packed columns that all rows in turn are multiplied with: part of a second-level cache. */
const blockBytes = 262_144

/**
 * c[row, column] = the sum over all factors of (a[row, factor] - aZero) * (b[factor, column] - bZero),
 * mod 2^32.
 *
 * @param a m rows of k, row-major.
 * @param b k rows of n, row-major.
 * @param aZero Of the type of `a`.
 * @param bZero Of the type of `b`: for all columns, or one for each.
 */
export function denseInteger(
  a: Bytes,
  b: Bytes,
  m: number,
  k: number,
  n: number,
  aZero: number,
  bZero: ZeroPoint,
): Int32Array {
  const kernel = isWorthwhile(m, k, n) ? machine() : undefined
  if (kernel === undefined) return denseIntegerPlain(a, b, m, k, n, aZero, bZero)
  return multiply(kernel, a, m, aZero, packWeights(b, k, n, bZero))
}

/** Prepares `b` of {@link denseInteger} for several products. */
export function packWeights(b: Bytes, k: number, n: number, bZero: ZeroPoint): PackedWeights {
  const slot = emptySlot(panelsOf(n) * panelBytes(k))
  return { b, k, n, zeros: zeroPoints(bZero, n), slot }
}

/** {@link denseInteger} with weights that were prepared. */
export function densePacked(a: Bytes, m: number, aZero: number, packed: PackedWeights): Int32Array {
  const { b, k, n, zeros, slot } = packed
  const kernel = isWorthwhile(m, k, n) ? machine() : undefined
  if (kernel === undefined) return denseIntegerPlain(a, b, m, k, n, aZero, zeros)
  if (!kernel.has(slot)) {
    const whole = { rows: [0, 0], factors: [0, k], columns: [0, n] } as const
    kernel.keep(slot, () => keepColumns(kernel, packed, whole))
  }
  return multiply(kernel, a, m, aZero, packed)
}

function isWorthwhile(m: number, k: number, n: number): boolean {
  return m * k * n >= fewProducts
}

/**
 * What a product takes beside its multiplications at the kernel's speed, in elements of other operators.
 * Equal on every machine.
 */
export function denseElements(m: number, k: number, n: number): number {
  return beginning + (isWorthwhile(m, k, n) ? 0 : Math.ceil((m * k * n) / plainProducts))
}

/** What it takes to begin, in elements. */
const beginning = 128
/** Products of plain code in the time of an element. */
const plainProducts = 2

export function multiply(
  kernel: Machine,
  a: Bytes,
  m: number,
  aZero: number,
  weights: PackedWeights,
): Int32Array {
  const { k, n, slot } = weights
  const whole = { rows: [0, m], factors: [0, k], columns: [0, n] } as const
  const isKept = kernel.has(slot)
  if (n % 8 === 0 && scratchOf(whole, isKept) <= kernel.scratch) {
    return kernel.read(run(kernel, { a, aZero, weights }, whole, isKept), m * n)
  }
  const product = { a, aZero, weights, result: new Int32Array(m * n) }
  inParts(kernel, product, whole)
  return product.result
}

/** Packs all columns into the room that was made for them. */
function keepColumns(kernel: Machine, weights: PackedWeights, part: Part): void {
  const { columns } = part
  if (scratchOf(part, false) > kernel.scratch && size(columns) > 8) {
    for (const half of halves(columns, 8)) keepColumns(kernel, weights, { ...part, columns: half })
    return
  }
  kernel.clear()
  writeColumns(kernel, weights, part, keptAt(weights, part))
}

/** Halves what does not fit into the scratch. */
function inParts(kernel: Machine, product: Product, part: Part): void {
  const { weights } = product
  const isKept = kernel.has(weights.slot) && isWhole(part.factors, weights.k)
  const { rows, factors, columns } = part
  const [m, k, n] = [size(rows), size(factors), size(columns)]
  const pieces =
    scratchOf(part, isKept) <= kernel.scratch || Math.max(m, n, k) <= 8
      ? []
      : m > 8 && (isKept || m >= Math.max(k, n))
        ? halves(rows, 4).map((half) => ({ ...part, rows: half }))
        : n > 8 && (isKept || n >= k)
          ? halves(columns, 8).map((half) => ({ ...part, columns: half }))
          : halves(factors, 8).map((half) => ({ ...part, factors: half }))
  if (pieces.length === 0) deliver(kernel, product, part, run(kernel, product, part, isKept))
  for (const piece of pieces) inParts(kernel, product, piece)
}

/** @returns Where the sums are in the scratch. */
function run(kernel: Machine, product: Factors, part: Part, isKept: boolean): number {
  const { weights } = product
  const { rows, factors, columns } = part
  const [m, k] = [size(rows), size(factors)]
  kernel.clear()
  const panels = panelsOf(size(columns))
  const bytes = panelBytes(k)
  const right = isKept ? keptAt(weights, part) : kernel.take(panels * bytes)
  if (!isKept) writeColumns(kernel, weights, part, right)
  const left = leftOf(kernel, product, part)
  const rowStep = panels * 32
  const sums = kernel.take(m * rowStep)
  const places = placesOf(kernel, panels, 32)
  const block = Math.max(1, Math.floor(blockBytes / bytes))
  for (let panel = 0; panel < panels; panel += block) {
    kernel.multiply({
      left,
      leftStep: rowBytes(k),
      rows: m,
      right: right + panel * bytes,
      result: sums,
      places: places + panel * 4,
      rowStep,
      pairs: Math.ceil(k / 2),
      panels: Math.min(block, panels - panel),
    })
  }
  return sums
}

/** Adds the sums of a part to the result: there may be more factors than the part has. */
function deliver(kernel: Machine, product: Product, part: Part, sums: number): void {
  const { result, weights } = product
  const { rows, factors, columns } = part
  const n = size(columns)
  const isAll = isWhole(factors, weights.k)
  const step = panelsOf(n) * 8
  const { int32 } = kernel
  for (let row = rows[0]; row < rows[1]; row++) {
    const from = sums / 4 + (row - rows[0]) * step
    const target = row * weights.n + columns[0]
    for (let column = 0; column < n; column++) {
      const at = target + column
      result[at] = (isAll ? 0 : (result[at] as number)) + (int32[from + column] as number)
    }
  }
}

/** The part's rows as the kernel reads them: widened, less the zero point, in fours, then one by one. */
function leftOf(kernel: Machine, { a, aZero, weights }: Factors, part: Part): number {
  const [m, k] = [size(part.rows), size(part.factors)]
  const source = kernel.take(m * k + 8)
  writeBlock(kernel, source, a, weights.k, part.rows, part.factors)
  const zero = kernel.take(16)
  kernel.int16.fill(aZero, zero / 2, zero / 2 + 8)
  const left = kernel.take(m * rowBytes(k))
  const { packS8x1, packU8x1, packS8x4, packU8x4 } = kernel.routines
  const [one, four] = a instanceof Int8Array ? [packS8x1, packS8x4] : [packU8x1, packU8x4]
  const eights = Math.ceil(k / 8)
  for (let row = 0; row < m;) {
    const isTile = row + 4 <= m
    const pack = isTile ? four : one
    pack(source + row * k, left + row * rowBytes(k), k, eights, zero)
    row += isTile ? 4 : 1
  }
  return left
}

/** Columns as the kernel reads them: widened, less the zero points, in panels of eight. */
function writeColumns(kernel: Machine, weights: PackedWeights, part: Part, target: number): void {
  const { b } = weights
  const { factors, columns } = part
  const [k, n] = [size(factors), size(columns)]
  const pairs = Math.ceil(k / 2)
  const panels = panelsOf(n)
  const source = kernel.take(pairs * 2 * n + 8)
  writeBlock(kernel, source, b, weights.n, factors, columns)
  const zeros = weights.zeros.subarray(...columns)
  // The factor that a pair lacks is the zero point.
  if (k % 2 === 1) kernel.bytes.set(zeros, source + k * n)
  const zero = kernel.take(panels * 16)
  kernel.int16.set(zeros, zero / 2)
  const places = placesOf(kernel, panels, 8)
  const tap = placesOf(kernel, 1, 0)
  const { columnsS8, columnsU8 } = kernel.routines
  const pack = b instanceof Int8Array ? columnsS8 : columnsU8
  pack(source, target, places, panels, tap, tap + 4, n, pairs, zero, 16)
}

/** Copies some columns of some rows of a matrix with `width` columns. */
function writeBlock(
  kernel: Machine,
  target: number,
  matrix: Bytes,
  width: number,
  rows: Span,
  columns: Span,
): void {
  if (isWhole(columns, width)) {
    kernel.write(target, matrix.subarray(rows[0] * width, rows[1] * width))
    return
  }
  for (let row = rows[0]; row < rows[1]; row++) {
    const from = row * width + columns[0]
    const to = row * width + columns[1]
    kernel.write(target + (row - rows[0]) * size(columns), matrix.subarray(from, to))
  }
}

/** A table of the first `count` multiples of `step`. */
function placesOf(kernel: Machine, count: number, step: number): number {
  const address = kernel.take(count * 4)
  for (let index = 0; index < count; index++) kernel.int32[address / 4 + index] = index * step
  return address
}

function scratchOf({ rows, factors, columns }: Part, isKept: boolean): number {
  const [m, k, n] = [size(rows), size(factors), size(columns)]
  const panels = panelsOf(n)
  const right = isKept ? 0 : panels * (panelBytes(k) + 20) + (k + 1) * n
  return right + m * (k + rowBytes(k) + panels * 32) + panels * 4 + 256
}

/** Where the part's columns are kept. */
function keptAt({ k, slot }: PackedWeights, { columns }: Part): number {
  return slot.address + (columns[0] / 8) * panelBytes(k)
}

function panelsOf(n: number): number {
  return Math.ceil(n / 8)
}

/** Of one panel of packed columns. */
function panelBytes(k: number): number {
  return Math.ceil(k / 2) * 32
}

/** Of one packed row. */
function rowBytes(k: number): number {
  return Math.ceil(k / 8) * 16
}
