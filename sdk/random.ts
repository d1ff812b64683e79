import { randomBytes } from '@noble/hashes/utils.js'

import type { Random } from '#base'

/** The platform's own: `crypto.getRandomValues` in browsers and in Node alike. */
export const platformRandom: Random = {
  bytes: (size) => new Uint8Array(randomBytes(size)),
}
