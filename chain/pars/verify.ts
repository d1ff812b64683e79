import { mlDsa } from '#crypto'
import { contexts } from '#protocol'

import { missing } from '../state/index.ts'
import type { ParsEnvelope } from './envelope.ts'
import type { StateView } from './view.ts'

/** C1, on the thread pool: a pure function of the wire bytes and the key they name. */
export function verifyEnvelope(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean> {
  const { algorithm, signature } = envelope.fields
  return mlDsa(algorithm).verifyAsync(publicKey, envelope.hash, signature, contexts.transaction)
}

/**
 * The key that C1 asks for, of a transaction that passed S3: whoever wrote the record put the key
 * into the table. Throws `STATE_MISSING_BYTES` when it is not there; skipping instead would let two
 * nodes disagree.
 */
export function publicKeyOf({ fullKey, keyHash }: ParsEnvelope, view: StateView): Uint8Array {
  const publicKey = fullKey ?? view.publicKey(keyHash)?.publicKey
  if (publicKey === undefined) throw missing('key', keyHash)
  return publicKey
}
