import { Duplex } from 'node:stream'

import type { MessageStream } from '@libp2p/interface'

/**
 * A libp2p stream as a stream of Node, which TLS takes for a socket. Errors go the way of the
 * stream itself: an exception in one of its listeners would end the process.
 */
export function asDuplex(stream: MessageStream): Duplex {
  let resume: (() => void) | undefined
  const duplex = new Duplex({
    allowHalfOpen: false,
    autoDestroy: true,
    read() {
      if (stream.status === 'open') stream.resume()
    },
    write(chunk: Uint8Array, _encoding, done) {
      try {
        if (stream.send(chunk)) done()
        else resume = done
      } catch (error) {
        done(error as Error)
      }
    },
    final(done) {
      done()
      stream.close().catch((error: Error) => stream.abort(error))
    },
    destroy(error, done) {
      resume = undefined
      if (error !== null) stream.abort(error)
      done(null)
    },
  })
  stream.addEventListener('message', ({ data }) => {
    if (!duplex.push(data.subarray()) && stream.status === 'open') stream.pause()
  })
  stream.addEventListener('drain', () => {
    const done = resume
    resume = undefined
    done?.()
  })
  stream.addEventListener('close', () => duplex.destroy())
  return duplex
}
