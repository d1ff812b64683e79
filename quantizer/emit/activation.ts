import { scalar } from '../float/tensor.ts'
import type { Emitter } from './emitter.ts'
import { expression, type Expression, isClamped } from './expression.ts'
import { type Format, narrowOf, type Range, wideOf } from './format.ts'
import { requantize } from './requantize.ts'

interface Source {
  /** The real value, for whatever format is asked for. */
  readonly expression?: () => Expression
  /** A shorter way into a format, if there is one. */
  readonly direct?: (format: Format) => string | undefined
  /** The format in which it costs least. */
  readonly narrow?: Format
  /** Indices of an embedding: numbers that are not quantised. */
  readonly indices?: string
}

/**
 * A value of the float graph on its way into integers. What consumes it asks for a format, and only
 * then is anything emitted, once for each format.
 */
export class Activation {
  readonly name: string
  readonly shape: readonly number[]
  readonly range: Range
  readonly indices: string | undefined
  readonly #emitter: Emitter
  readonly #source: Source
  readonly #emitted = new Map<string, string>()

  constructor(
    emitter: Emitter,
    value: { readonly name: string; readonly shape: readonly number[]; readonly range: Range },
    source: Source,
  ) {
    this.name = value.name
    this.shape = value.shape
    this.range = value.range
    this.indices = source.indices
    this.#emitter = emitter
    this.#source = source
  }

  /** 8 bits, as calibration chose them. */
  get narrow(): Format {
    return this.#source.narrow ?? narrowOf(this.range)
  }

  /** 16 bits, as calibration chose them. */
  get wide(): Format {
    return wideOf(this.range)
  }

  /** The tensor that has this value in `format`. */
  as(format: Format): string {
    const key = `${format.type} ${format.scale} ${format.zeroPoint} ${format.levels}`
    const known = this.#emitted.get(key)
    if (known !== undefined) return known
    const name =
      this.#source.direct?.(format) ??
      requantize(this.#emitter, this.expression(), format, this.name)
    this.#emitted.set(key, name)
    return name
  }

  /** As it was defined: any number of terms, perhaps within bounds. */
  expression(): Expression {
    return this.#source.expression?.() ?? this.#termOf(this.wide)
  }

  /** To be added to others or multiplied: one term at most, no bounds. */
  linear(): Expression {
    const own = this.#source.expression?.()
    if (own !== undefined && own.terms.length < 2 && !isClamped(own)) return own
    return this.#termOf(this.wide)
  }

  #termOf(format: Format): Expression {
    return termOf(this.as(format), this.shape, format)
  }
}

/** The value of a tensor that is in `format`. */
export function termOf(tensor: string, shape: readonly number[], format: Format): Expression {
  const { type, scale, zeroPoint, levels } = format
  const term = { tensor, type, shape, scale: scalar(scale), magnitude: levels }
  return expression(shape, [term], scalar(-zeroPoint * scale))
}
