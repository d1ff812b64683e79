import type { Stream } from '@libp2p/interface'

import { FrameReader } from './frames.ts'

const readers = new WeakMap<Stream, FrameReader>()

/** Bytes that came on `stream` and were not handled yet. */
export function unreadOn(stream: Stream): number {
  return stream.readBufferLength + (readers.get(stream)?.buffered ?? 0)
}

export interface FrameHandler {
  /** Largest frame, bytes. */
  readonly maximum: number
  /** Bytes came in. May throw. */
  arrived?(bytes: number): void
  /** One frame; the next waits for its promise, and the sender, when its window is full, for that. */
  receive(frame: Uint8Array): void | Promise<void>
  /**
   * The stream is over, by its end, an error of the connection, or an exception of this handler.
   * Called once.
   */
  ended(error: unknown, isThrown: boolean): void
}

/**
 * Hands the frames of a stream to a handler, one after another. No exception leaves it: one in a
 * listener of libp2p would end the process.
 */
export function readFrames(stream: Stream, handler: FrameHandler): void {
  const reader = new FrameReader(handler.maximum)
  readers.set(stream, reader)
  let isBusy = false
  let isOver = false

  const end = (error?: unknown, isThrown = false): void => {
    if (isOver) return
    isOver = true
    handler.ended(error, isThrown)
  }
  const handle = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    try {
      for (let next = reader.next(); next !== undefined; next = reader.next()) {
        const handled = handler.receive(next)
        if (handled === undefined) continue
        if (stream.readStatus === 'readable') stream.pause()
        await handled
        if (isOver) return
      }
      isBusy = false
      if (stream.readStatus === 'paused') stream.resume()
    } catch (error) {
      end(error, true)
    }
  }

  stream.addEventListener('message', ({ data }) => {
    try {
      if (isOver) return
      handler.arrived?.(data.byteLength)
      reader.push(data.subarray())
    } catch (error) {
      end(error)
      return
    }
    handle().catch((error: unknown) => end(error, true))
  })
  stream.addEventListener('close', (event) => end(event.error))
  stream.addEventListener('end', () => {
    // An abort says first that reading ended and then why.
    queueMicrotask(() => {
      if (!isBusy) end()
    })
  })
}
