import { RpcFault } from '../errors.ts'

const quote = 0x22
const backslash = 0x5c

/**
 * Cuts a stream of text into its JSON objects and arrays, however they are divided and with or without
 * space between them. Reads each character once and builds nothing.
 */
export class JsonValues {
  readonly #most: number
  readonly #parts: string[] = []
  #size = 0
  #depth = 0
  #isText = false
  #isEscaped = false

  /** @param most Characters of one value. */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * The values that end in `chunk`. Throws `RPC_PARSE` for what begins no value, and
   * `RPC_BODY_TOO_LARGE`; nothing can be read after that.
   */
  *read(chunk: string): Generator<string> {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk.charCodeAt(at)
      if (this.#depth === 0) {
        if (isSpace(character)) {
          start = at + 1
          continue
        }
        if (!isOpening(character)) throw noValue()
        start = at
      }
      if (!this.#ends(character)) continue
      this.#keep(chunk.slice(start, at + 1))
      yield this.#take()
      start = at + 1
    }
    this.#keep(chunk.slice(start))
  }

  /** Whether `character` is the last one of a value. */
  #ends(character: number): boolean {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (character === backslash) this.#isEscaped = true
      else if (character === quote) this.#isText = false
      return false
    }
    if (character === quote) this.#isText = true
    else if (isOpening(character)) this.#depth++
    else if (isClosing(character)) return --this.#depth === 0
    return false
  }

  #keep(part: string): void {
    if (part.length === 0) return
    this.#size += part.length
    if (this.#size > this.#most) throw tooLarge(this.#most)
    this.#parts.push(part)
  }

  #take(): string {
    const value = this.#parts.join('')
    this.#parts.length = 0
    this.#size = 0
    return value
  }
}

function isSpace(character: number): boolean {
  return character === 0x20 || (character >= 0x09 && character <= 0x0d && character !== 0x0b)
}

function isOpening(character: number): boolean {
  return character === 0x7b || character === 0x5b
}

function isClosing(character: number): boolean {
  return character === 0x7d || character === 0x5d
}

function noValue(): RpcFault {
  return new RpcFault({ code: 'RPC_PARSE' }, 'parse error: send JSON objects, or arrays of them')
}

function tooLarge(most: number): RpcFault {
  return new RpcFault(
    { code: 'RPC_BODY_TOO_LARGE', most },
    `request too large: send at most ${most} bytes at once`,
  )
}
