import { concat } from '#base'

import { limits } from '../limits.ts'
import type { Chunk } from './cipher.ts'
import { noFrame } from './layout.ts'
import { type Frame, frameHeadBytes } from './pack.ts'

/** A frame of which the beginning has come. */
interface Begun {
  /** The chunk it began in. */
  readonly chunk: number
  readonly parts: Uint8Array[]
  /** Undefined until the head is whole. */
  type: number | undefined
  /** Bytes to come: of the body, or of the head until that is whole. */
  missing: number
  /** Else it is too large, and only passed over. */
  isKept: boolean
}

/**
 * Puts frames together from chunks in order, some of which are lost. A lost chunk costs its own frames
 * alone: every other says where the first frame in it begins. Holds one frame of `limits.bundleFrame`,
 * whatever who sealed the bundle wrote.
 */
export class Unpacker {
  /** Frames cut by a lost chunk, too large, or denied by where the next is said to begin. */
  dropped = 0
  #begun: Begun | undefined
  /** In which chunk the frame begins that is not whole yet, if any. */
  get since(): number | undefined {
    return this.#begun?.chunk
  }

  /** The next chunk is not there. */
  lost(): void {
    if (this.#begun !== undefined) this.dropped++
    this.#begun = undefined
  }

  /** The frames that end in the chunk of number `index`. */
  *take(index: number, { firstFrame, payload }: Chunk): Generator<Frame, void, void> {
    let at = this.#begin(firstFrame, payload.length)
    while (at < payload.length) {
      if (this.#begun === undefined) {
        // Zeros behind the last frame.
        if (payload[at] === 0) return
        this.#begun = begun(index)
      }
      const part = payload.subarray(at, at + this.#begun.missing)
      at += part.length
      const frame = this.#add(this.#begun, part)
      if (frame !== undefined) yield frame
    }
  }

  /** Where in a chunk to go on. */
  #begin(firstFrame: number, length: number): number {
    if (this.#begun !== undefined) {
      const { type, missing } = this.#begun
      const isNext = missing < length ? firstFrame === missing : firstFrame === noFrame
      // Behind the last frame none begins. Of a head that was cut, the length is not known yet.
      if (type === undefined || isNext || firstFrame === noFrame) return 0
      this.lost()
    }
    return Math.min(firstFrame, length)
  }

  #add(frame: Begun, part: Uint8Array): Frame | undefined {
    if (frame.isKept) frame.parts.push(part)
    frame.missing -= part.length
    if (frame.missing > 0) return undefined
    if (frame.type === undefined) {
      const head = new DataView(concat(...frame.parts.splice(0)).buffer)
      frame.type = head.getUint8(0)
      frame.missing = head.getUint32(1)
      frame.isKept = frame.missing <= limits.bundleFrame.value
      if (frame.missing > 0) return undefined
    }
    this.#begun = undefined
    if (frame.isKept) return { type: frame.type, body: concat(...frame.parts) }
    this.dropped++
    return undefined
  }
}

function begun(chunk: number): Begun {
  return { chunk, parts: [], type: undefined, missing: frameHeadBytes, isKept: true }
}
