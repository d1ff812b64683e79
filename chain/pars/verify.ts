import { mlDsa } from '#crypto'
import { contexts } from '#protocol'

import type { ParsEnvelope } from './envelope.ts'

/** C1, on the thread pool: a pure function of the wire bytes and the key they name. */
export function verifyEnvelope(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean> {
  const { algorithm, signature } = envelope.fields
  return mlDsa(algorithm).verifyAsync(publicKey, envelope.hash, signature, contexts.transaction)
}
