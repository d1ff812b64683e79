import { overflowFault } from '../faults.ts'
import { at, broadcastShape, expand, type FloatTensor, sameShape, scalar } from '../float/tensor.ts'
import type { Emitter } from './emitter.ts'
import { type Expression, type Term, zip } from './expression.ts'
import { encode, type Format } from './format.ts'

const int32 = 2 ** 31 - 1

/**
 * Emits `wanted` in `format`: (Σ multiplier · tensor + offset) / divisor, held within the format.
 *
 * Everything is int32, and no sum or product can leave it, whatever the input of the model is: the
 * largest divisor is chosen for which the largest operands still fit. The offset has the zero point
 * and a half in it, so what the division truncates is never negative but where the bounds cut anyway.
 */
export function requantize(
  emitter: Emitter,
  given: Expression,
  format: Format,
  node: string,
): string {
  const seen = inSight(emitter, given, format, node)
  const wanted = { ...seen, terms: roomFor(emitter, seen, format, node) }
  const { offset, divisor, multipliers } = integersOf(wanted, format, node)
  const products = wanted.terms.map((term, index) =>
    product(emitter, term, multipliers[index] ?? scalar(0)),
  )
  const whole = products.reduce<string | undefined>(
    (left, right) => (left === undefined ? right : emitter.node('Add', [left, right])),
    undefined,
  )
  if (whole === undefined) return constantIn(emitter, wanted, format)
  const known = wanted.terms.map((term) => term.shape).reduce(together)
  // Where the constants make the result larger than the tensors, they stand in full.
  const shift = sameShape(known, wanted.shape) ? collapse(offset) : expand(offset, wanted.shape)
  const shifted = emitter.node('Add', [whole, emitter.constant('int32', shift)])
  const quotient = emitter.node('Div', [shifted, emitter.constant('int32', collapse(divisor))])
  const low = wanted.low === -Infinity ? 0 : encode(wanted.low, format)
  const high = wanted.high === Infinity ? format.levels : encode(wanted.high, format)
  const held = emitter.clip(quotient, low, high)
  return format.type === 'uint8' ? emitter.cast(held, 'uint8') : held
}

/** Below this, what the result is divided by makes it coarse. */
const coarse = 64

/**
 * Terms that reach far beyond the format overflow when they are counted in its units. One alone is
 * cut where the format ends; several are first added in larger units.
 */
function inSight(emitter: Emitter, given: Expression, format: Format, node: string): Expression {
  const { terms, bias } = given
  const [term] = terms
  if (term === undefined || reachOf(given, format).limit >= coarse) return given
  const [scale, shift] = [collapse(term.scale), collapse(bias)]
  if (terms.length === 1 && scale.data.length === 1 && shift.data.length === 1) {
    return { ...given, ...cut(emitter, term, at(shift.data, 0), format) }
  }
  const larger = { ...format, type: 'int32' as const, zeroPoint: 2 ** 15, levels: 2 ** 16 - 1 }
  let unit = format.scale * 2
  while (!(reachOf(given, { ...larger, scale: unit }).limit >= coarse * 2)) {
    unit *= 2
    if (unit === Infinity) throw overflowFault(node, 'its sums do not fit 32 bits')
  }
  const units = { ...larger, scale: unit }
  const tensor = requantize(emitter, { ...given, low: -Infinity, high: Infinity }, units, node)
  const sum = {
    tensor,
    type: 'int32' as const,
    shape: given.shape,
    scale: scalar(unit),
    magnitude: units.levels,
  }
  const whole = { ...given, terms: [sum], bias: scalar(-units.zeroPoint * unit) }
  return inSight(emitter, whole, format, node)
}

/** The part of a term that shows in the format, counted from where that begins. */
function cut(
  emitter: Emitter,
  term: Term,
  bias: number,
  format: Format,
): Pick<Expression, 'bias' | 'terms'> {
  const scale = at(term.scale.data, 0)
  const { levels, zeroPoint, scale: unit } = format
  const [below, above] = [-(zeroPoint + 1) * unit, (levels - zeroPoint + 1) * unit]
  const ends = [below, above].map((end) => (scale === 0 ? 0 : (end - bias) / scale))
  const within = (value: number): number =>
    Math.min(Math.max(value, -term.magnitude), term.magnitude)
  const low = within(Math.floor(Math.min(...ends)))
  const high = within(Math.ceil(Math.max(...ends)))
  const wide = term.type === 'uint8' ? emitter.cast(term.tensor, 'int32') : term.tensor
  const tensor = emitter.node('Sub', [emitter.clip(wide, low, high), emitter.number('int32', low)])
  // One step may lead across all that shows: then it does not matter how far beyond.
  const across = 2 * (above - below)
  const step = Math.min(Math.max(scale, -across), across)
  const shows = (number: number): boolean =>
    bias + scale * number >= below && bias + scale * number <= above
  const anchor = [low, low + 1, low + 2].find((number) => number <= high && shows(number)) ?? low
  const value = Math.min(Math.max(bias + scale * anchor, below), above)
  const magnitude = Math.max(high - low, 1)
  const part = { ...term, tensor, type: 'int32' as const, scale: scalar(step), magnitude }
  return { terms: [part], bias: scalar(value - step * (anchor - low)) }
}

/** What a multiplier has to be at least, so that others near it are told apart. */
const enough = 512
/** What a unit of a term may be at most, as a part of a unit of the result. */
const finest = 1 / 16

/**
 * A term of many bits leaves its multiplier few: another channel's or another term's may be far
 * below it, or it is zero itself. Such a term gives up the last of its bits, as far as the result
 * has no use for them.
 */
function roomFor(
  emitter: Emitter,
  wanted: Expression,
  format: Format,
  node: string,
): readonly Term[] {
  const { terms } = wanted
  const { limit, ratios } = boundsOf(wanted, format, node)
  return terms.map((term, index) => {
    const ratio = largest(ratios[index] ?? scalar(0))
    const isOnly = terms.length === 1 && collapse(term.scale).data.length === 1
    let divisor = 1
    while (ratio * divisor * limit < (isOnly ? 1 : enough) && ratio * divisor * 2 <= finest) {
      if (term.magnitude < divisor * 2) break
      divisor *= 2
    }
    if (divisor === 1) return term
    const wide = term.type === 'uint8' ? emitter.cast(term.tensor, 'int32') : term.tensor
    const tensor = emitter.node('Div', [wide, emitter.number('int32', divisor)])
    const scale = each(term.scale, (value) => value * divisor)
    return { ...term, tensor, type: 'int32', scale, magnitude: Math.ceil(term.magnitude / divisor) }
  })
}

interface Bounds {
  /** Real value of a unit of each term, in units of the result. */
  readonly ratios: readonly FloatTensor[]
  /** The bias, in units of the result, and its zero point. */
  readonly start: FloatTensor
  /** The term that contributes most. */
  readonly main: number
  /** The largest divisor for which everything fits. */
  readonly limit: number
}

function boundsOf(wanted: Expression, format: Format, node: string): Bounds {
  const bounds = reachOf(wanted, format)
  if (!(bounds.limit >= 1)) throw overflowFault(node, 'its sums do not fit 32 bits')
  return bounds
}

function reachOf({ terms, bias }: Expression, format: Format): Bounds {
  const ratios = terms.map(({ scale }) => each(scale, (value) => value / format.scale))
  const start = each(bias, (value) => value / format.scale + format.zeroPoint)
  const sizes = ratios.map((ratio, index) => largest(ratio) * (terms[index]?.magnitude ?? 0))
  const main = sizes.indexOf(Math.max(...sizes))
  // What rounding a multiplier adds at most; a main one below one comes out as it was chosen.
  const slack = terms.reduce(
    (all, { magnitude }, index) =>
      index === main && largest(ratios[index] ?? scalar(0)) <= 1 ? all : all + magnitude / 2,
    2,
  )
  const reach = sizes.reduce((all, size) => all + size, largest(start) + 1)
  const limit = Math.floor((int32 - slack) / reach)
  return { ratios, start, main, limit }
}

interface Integers {
  readonly multipliers: readonly FloatTensor[]
  readonly offset: FloatTensor
  readonly divisor: FloatTensor
}

function integersOf(wanted: Expression, format: Format, node: string): Integers {
  const { ratios, start, main, limit } = boundsOf(wanted, format, node)
  const parameters = [...ratios, start].map((tensor) => tensor.shape).reduce(together)
  const mainRatio = expand(ratios[main] ?? scalar(0), parameters)
  const divisor = each(mainRatio, (ratio) => {
    const multiplier = Math.floor(Math.abs(ratio) * limit)
    return multiplier === 0 ? limit : Math.round(multiplier / Math.abs(ratio))
  })
  const multiplied = (tensor: FloatTensor): FloatTensor =>
    zip(tensor, divisor, (value, by) => Math.floor(value * by + 0.5), node)
  const offset = zip(start, divisor, (v, by) => Math.floor(v * by + 0.5) + Math.floor(by / 2), node)
  return { divisor, offset, multipliers: ratios.map(multiplied) }
}

function product(emitter: Emitter, term: Term, multiplier: FloatTensor): string {
  const wide = term.type === 'uint8' ? emitter.cast(term.tensor, 'int32') : term.tensor
  const factors = collapse(multiplier)
  if (factors.data.length === 1 && factors.data[0] === 1) return wide
  return emitter.node('Mul', [wide, emitter.constant('int32', factors)])
}

function constantIn(emitter: Emitter, wanted: Expression, format: Format): string {
  const { low, high } = wanted
  const codes = each(expand(wanted.bias, wanted.shape), (value) =>
    encode(Math.min(Math.max(value, low), high), format),
  )
  return emitter.constant(format.type, codes)
}

function together(a: readonly number[], b: readonly number[]): readonly number[] {
  return broadcastShape(a, b) ?? a
}

/** One number where all are equal. */
function collapse(tensor: FloatTensor): FloatTensor {
  const first = at(tensor.data, 0)
  return tensor.data.every((value) => value === first) ? scalar(first) : tensor
}

function each(tensor: FloatTensor, change: (value: number) => number): FloatTensor {
  return { shape: tensor.shape, data: tensor.data.map(change) }
}

function largest(tensor: FloatTensor): number {
  return tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
