import { hex } from '#base'

import type { Observer } from './tcp-proxy.ts'

/** Looks for secrets in streams of bytes, as they are and in hexadecimal. */
export class Recorder {
  readonly #needles: Buffer[] = []
  #longest = 0
  /** How often one was there. */
  found = 0
  /** Looked through. */
  bytes = 0

  /** From now on, in whatever passes. */
  seek(secret: Uint8Array): void {
    const text = hex(secret).slice(2)
    this.#needles.push(Buffer.from(secret), Buffer.from(text), Buffer.from(text.toUpperCase()))
    this.#longest = Math.max(this.#longest, 2 * secret.length)
  }

  /** For one stream: what is cut in two by its chunks is found, too. */
  observe(): Observer {
    let tail = Buffer.alloc(0)
    return (chunk) => {
      this.bytes += chunk.length
      const seen = Buffer.concat([tail, chunk])
      for (const needle of this.#needles) {
        // One that ends in the tail was counted with the chunk before.
        const from = Math.max(0, tail.length - needle.length + 1)
        for (let at = seen.indexOf(needle, from); at >= 0; at = seen.indexOf(needle, at + 1)) {
          this.found++
        }
      }
      tail = Buffer.from(seen.subarray(Math.max(0, seen.length - this.#longest)))
    }
  }
}
