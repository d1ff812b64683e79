import { noFrame, payloadBytes } from './layout.ts'

/** The frames of one chunk. */
export interface Payload {
  /** Where the first frame begins, or `noFrame`. */
  readonly firstFrame: number
  /** `payloadBytes`, zeros behind the last frame. */
  readonly payload: Uint8Array
}

export interface Frame {
  readonly type: number
  readonly body: Uint8Array
}

/**
 * Behind the last frame of a bundle the rest of its chunk is zeros, so that no frame has type 0.
 * Receivers pass over types that they don't know.
 */
export const frameTypes = {
  manifest: 1,
  object: 2,
  /** Of spaces, which no release writes yet. */
  vertex: 3,
} as const

/** `type1 | length4`. */
export const frameHeadBytes = 5

/** Cuts `frames` into chunks. */
export async function* pack(frames: AsyncIterable<Frame>): AsyncGenerator<Payload, void, void> {
  let payload = new Uint8Array(payloadBytes)
  let filled = 0
  let firstFrame = noFrame
  for await (const { type, body } of frames) {
    if (firstFrame === noFrame) firstFrame = filled
    for (let part of [headOf(type, body.length), body]) {
      while (part.length > 0) {
        const fitting = part.subarray(0, payloadBytes - filled)
        payload.set(fitting, filled)
        filled += fitting.length
        part = part.subarray(fitting.length)
        if (filled < payloadBytes) continue
        yield { firstFrame, payload }
        payload = new Uint8Array(payloadBytes)
        filled = 0
        firstFrame = noFrame
      }
    }
  }
  if (filled > 0) yield { firstFrame, payload }
}

function headOf(type: number, length: number): Uint8Array {
  const head = new Uint8Array(frameHeadBytes)
  head[0] = type
  new DataView(head.buffer).setUint32(1, length)
  return head
}
