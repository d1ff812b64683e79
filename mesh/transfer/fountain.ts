import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { addScaled, inverse, scale } from './gf256.ts'

/** Beyond, an index says nothing that a symbol before it did not. */
const symbolIndexes = 65_536

/**
 * Bytes as symbols without end. Those below `sources` are the bytes themselves, in order; the others
 * are sums over GF(256) of all of them. Any `sources` of the first 256 bring the bytes back; of those
 * after, as good as any.
 */
export class Encoder {
  readonly sources: number
  readonly #symbols: readonly Uint8Array[]
  readonly #symbolBytes: number

  /** @param bytes At most 255 symbols; the last is filled up with zeros. */
  constructor(bytes: Uint8Array, symbolBytes: number) {
    this.sources = sourcesOf(bytes.length, symbolBytes)
    this.#symbolBytes = symbolBytes
    this.#symbols = Array.from({ length: this.sources }, (_, at) => {
      const symbol = bytes.subarray(at * symbolBytes, (at + 1) * symbolBytes)
      if (symbol.length === symbolBytes) return symbol
      const filled = new Uint8Array(symbolBytes)
      filled.set(symbol)
      return filled
    })
  }

  /** @param index 0..65535. */
  symbol(index: number): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(this.#symbolBytes)
    const source = this.#symbols[index]
    if (source !== undefined) {
      result.set(source)
      return result
    }
    const factors = coefficients(index, this.sources)
    for (const [at, symbol] of this.#symbols.entries()) {
      addScaled(result, symbol, factors[at] ?? 0)
    }
    return result
  }
}

/** Takes symbols of an `Encoder` in any order until there are enough. */
export class Decoder {
  readonly #length: number
  readonly #sources: number
  readonly #symbolBytes: number
  /** At each place a row `coefficients | symbol` whose first coefficient that is not 0 is 1 there. */
  readonly #rows: (Uint8Array<ArrayBuffer> | undefined)[]
  #missing: number
  #isSolved = false

  /** @throws `MESH_MALFORMED` for a length of no or of more than 255 symbols. */
  constructor(length: number, symbolBytes: number) {
    this.#sources = sourcesOf(length, symbolBytes)
    this.#length = length
    this.#symbolBytes = symbolBytes
    this.#rows = Array.from({ length: this.#sources })
    this.#missing = this.#sources
  }

  /** Symbols that are still needed, each of which must be new. */
  get missing(): number {
    return this.#missing
  }

  /** @returns Whether the symbol was new; what can't be one is not. */
  add(index: number, symbol: Uint8Array): boolean {
    const sources = this.#sources
    const isPossible = Number.isInteger(index) && index >= 0 && index < symbolIndexes
    if (!isPossible || symbol.length !== this.#symbolBytes || this.#missing === 0) return false
    const row = new Uint8Array(sources + symbol.length)
    if (index < sources) row[index] = 1
    else row.set(coefficients(index, sources))
    row.set(symbol, sources)
    for (let at = Math.min(index, sources) % sources; at < sources; at++) {
      const factor = row[at] ?? 0
      if (factor === 0) continue
      const known = this.#rows[at]
      if (known === undefined) {
        if (factor !== 1) scale(row, inverse(factor), at)
        this.#rows[at] = row
        this.#missing--
        return true
      }
      addScaled(row, known, factor, at)
    }
    return false
  }

  /** Once nothing is missing. */
  result(): Uint8Array<ArrayBuffer> {
    this.#solve()
    const bytes = new Uint8Array(this.#length)
    for (const [at, row] of this.#rows.entries()) {
      const start = at * this.#symbolBytes
      const end = this.#sources + Math.min(this.#symbolBytes, this.#length - start)
      if (row !== undefined) bytes.set(row.subarray(this.#sources, end), start)
    }
    return bytes
  }

  #solve(): void {
    if (this.#missing > 0) throw malformed('block', `${this.#missing} of its symbols are missing`)
    if (this.#isSolved) return
    this.#isSolved = true
    for (const [at, row] of [...this.#rows.entries()].toReversed()) {
      for (let other = at + 1; other < this.#sources; other++) {
        const known = this.#rows[other]
        const factor = row?.[other] ?? 0
        if (row && known && factor !== 0) addScaled(row, known, factor, this.#sources)
      }
    }
  }
}

function sourcesOf(length: number, symbolBytes: number): number {
  const sources = Math.ceil(length / symbolBytes)
  const isSound = Number.isInteger(length) && Number.isInteger(symbolBytes) && symbolBytes > 0
  if (!isSound || !(sources >= 1) || sources > limits.blockSources.value) {
    throw malformed('block', 'it is not of 1 to 255 symbols')
  }
  return sources
}

/**
 * Below 256 the rows of a Cauchy matrix, whose every square part can be inverted; after them what a
 * hash makes of the index: nothing linear, or rows would depend on each other.
 *
 * @see RFC 5510 §8.3 on why systematic codes of this kind lose nothing
 */
function coefficients(index: number, sources: number): Uint8Array {
  const factors = new Uint8Array(sources)
  if (index < 256) {
    for (let at = 0; at < sources; at++) factors[at] = inverse(index ^ at)
    return factors
  }
  for (let at = 0; at < sources; at++) factors[at] = mixed(index * 256 + at)
  return factors
}

/** A byte in which all bits of `value` have a say. */
function mixed(value: number): number {
  let bits = value ^ (value >>> 16)
  bits = Math.imul(bits, 0x21f0_aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97)
  return (bits ^ (bits >>> 15)) & 0xff
}
