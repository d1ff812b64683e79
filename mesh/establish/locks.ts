import { equal } from '#base'

import { meshHash } from '../hash.ts'
import type { Locks } from '../router/router.ts'
import { establishContexts as contexts } from './contexts.ts'
import { partHeaderBytes, partIndex } from './parcel.ts'

const lockBytes = 16

/** The lock leads a link request, and what opens it leads the proof: both in the first part. */
export const establishLocks: Locks = {
  lockIn: (context, body) => (context === contexts.link ? leadOf(body) : undefined),
  opens(lock, context, body) {
    const lead = context === contexts.proof ? leadOf(body) : undefined
    return lead !== undefined && equal(lock, meshHash('lockh', lockBytes, lead))
  },
}

function leadOf(part: Uint8Array): Uint8Array | undefined {
  if (part.length < partHeaderBytes + lockBytes || partIndex(part) !== 0) return undefined
  return part.subarray(partHeaderBytes, partHeaderBytes + lockBytes)
}
