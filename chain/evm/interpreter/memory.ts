import { HostFault } from '../host-fault.ts'
import { limits } from '../limits.ts'
import { readWord, writeWord } from './word.ts'

/** Most frames need a few words; those that need more need much more. */
const smallest = [128, 1024] as const
const none = new Uint8Array(0)
const noView = new DataView(none.buffer)

/** The memory of a frame. Bounds are the caller's care: `grow` first, then read and write below it. */
export class Memory {
  /** Bytes that the frame has paid for: a multiple of 32. */
  size = 0
  private bytes = none
  private view = noView

  /** Doubles its buffer, so that growing word by word costs no more than growing at once. */
  grow(size: number): void {
    if (size > this.bytes.length) {
      if (size > limits.frameMemory.value) throw new HostFault('memory', undefined)
      const least = smallest[this.bytes.length === 0 ? 0 : 1]
      const bytes = new Uint8Array(Math.max(size, 2 * this.bytes.length, least))
      bytes.set(this.bytes)
      this.bytes = bytes
      this.view = new DataView(bytes.buffer)
    }
    this.size = size
  }

  word(at: number): bigint {
    return readWord(this.view, at)
  }

  setWord(at: number, word: bigint): void {
    writeWord(this.view, at, word)
  }

  setByte(at: number, byte: number): void {
    this.bytes[at] = byte
  }

  /** A view: valid until the frame goes on. */
  slice(at: number, length: number): Uint8Array {
    return this.bytes.subarray(at, at + length)
  }

  copy(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(at, at + length)
  }

  /** Writes `length` bytes of `source` from `from` on, zeros where it has none. */
  setFrom(at: number, source: Uint8Array, from: number, length: number): void {
    const found = Math.max(0, Math.min(length, source.length - from))
    if (found > 0) this.bytes.set(source.subarray(from, from + found), at)
    this.bytes.fill(0, at + found, at + length)
  }

  move(to: number, from: number, length: number): void {
    this.bytes.copyWithin(to, from, from + length)
  }
}
