/** Frames between flags, in which flag and escape byte are written as two: HDLC and KISS alike. */

/** What stands behind the escape byte for a byte that can't stand for itself. */
export type Escaped = readonly (readonly [byte: number, second: number])[]

const flags = 2
const firstRoom = 512

export class Stuffing {
  readonly flag: number
  readonly escape: number
  /** By byte, 0 where none is needed. */
  readonly #seconds = new Uint8Array(256)
  /** By what stands behind the escape byte, -1 for what means nothing. */
  readonly #plain = new Int16Array(256).fill(-1)

  constructor(flag: number, escape: number, escaped: Escaped) {
    this.flag = flag
    this.escape = escape
    for (const [byte, second] of escaped) {
      this.#seconds[byte] = second
      this.#plain[second] = byte
    }
  }

  /** `bytes` between two flags. */
  stuff(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const seconds = this.#seconds
    let size = bytes.length + flags
    for (const byte of bytes) if (seconds[byte] !== 0) size++
    const frame = new Uint8Array(size)
    frame[0] = this.flag
    let at = 1
    for (const byte of bytes) {
      const second = seconds[byte] ?? 0
      if (second !== 0) frame[at++] = this.escape
      frame[at++] = second === 0 ? byte : second
    }
    frame[at] = this.flag
    return frame
  }

  /** Negative for what never follows an escape byte. */
  plain(second: number): number {
    return this.#plain[second] ?? -1
  }
}

/**
 * Finds frames in bytes that come in any pieces. What is no frame is skipped up to the next flag: bytes
 * before the first, frames that are too long, and escapes that mean nothing.
 */
export class Unstuffer {
  readonly #stuffing: Stuffing
  readonly #most: number
  readonly #deliver: (frame: Uint8Array<ArrayBuffer>) => void
  #room = new Uint8Array(0)
  #size = 0
  #isInFrame = false
  #isEscaped = false

  /**
   * @param most Bytes of the longest frame, unstuffed: all that is ever held.
   * @param deliver Takes each frame that is not empty; the bytes are its own.
   */
  constructor(stuffing: Stuffing, most: number, deliver: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#stuffing = stuffing
    this.#most = most
    this.#deliver = deliver
  }

  push(chunk: Uint8Array): void {
    const { flag } = this.#stuffing
    for (let at = 0; at < chunk.length;) {
      const found = chunk.indexOf(flag, at)
      const end = found === -1 ? chunk.length : found
      if (this.#isInFrame) this.#take(chunk, at, end)
      if (found !== -1) this.#end()
      at = end + 1
    }
  }

  /** Bytes without a flag. */
  #take(chunk: Uint8Array, from: number, to: number): void {
    const { escape } = this.#stuffing
    this.#widen(to - from)
    const room = this.#room
    let size = this.#size
    for (let at = from; at < to; at++) {
      let byte = chunk[at] ?? 0
      if (this.#isEscaped) {
        this.#isEscaped = false
        byte = this.#stuffing.plain(byte)
      } else if (byte === escape) {
        this.#isEscaped = true
        continue
      }
      if (byte < 0 || size === room.length) {
        this.#isInFrame = false
        return
      }
      room[size++] = byte
    }
    this.#size = size
  }

  #widen(by: number): void {
    const needed = Math.min(this.#most, this.#size + by)
    if (needed <= this.#room.length) return
    const wider = Math.min(this.#most, Math.max(firstRoom, 2 * this.#room.length, needed))
    const room = new Uint8Array(wider)
    room.set(this.#room.subarray(0, this.#size))
    this.#room = room
  }

  #end(): void {
    const isWhole = this.#isInFrame && !this.#isEscaped && this.#size > 0
    const frame = isWhole ? this.#room.slice(0, this.#size) : undefined
    this.#isInFrame = true
    this.#isEscaped = false
    this.#size = 0
    if (frame !== undefined) this.#deliver(frame)
  }
}
