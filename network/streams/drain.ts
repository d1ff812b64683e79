import type { Stream } from '@libp2p/interface'

/**
 * Resolves once a stream has given everything to the connection. (The `onDrain` of libp2p's streams
 * waits once: its promise stays resolved for every later call.)
 */
export async function drained(stream: Stream, signal: AbortSignal): Promise<void> {
  while (stream.writableNeedsDrain || stream.writeBufferLength > 0) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    // The stream goes on sending in a microtask of its own, queued before this one.
    const onDrain = (): void => queueMicrotask(resolve)
    const onClose = (): void => reject(new Error('stream closed'))
    const onAbort = (): void => reject(new Error('timed out'))
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    signal.addEventListener('abort', onAbort)
    try {
      if (signal.aborted || stream.writeStatus === 'closed') onClose()
      await promise
    } finally {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
  }
}
