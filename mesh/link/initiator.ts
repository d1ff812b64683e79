import { isFault } from '#base'
import { constantTimeEqual, type DecapsulationKey, mlKem } from '#crypto'

import { linkFault, malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { derive } from './derive.ts'
import type { Session } from './session.ts'

const kem = mlKem(768)

export const challengeBytes = kem.ciphertextBytes
export const challengeAnswerBytes = 16

/**
 * What shows the responder of a link who its initiator is. No signature is made: either side could
 * have made up all of it, so it convinces nobody else.
 */
export interface InitiatorChallenge {
  /** For the initiator, 1088 bytes, sealed as data. */
  readonly challenge: Uint8Array<ArrayBuffer>
  /** Whether `answer` shows that the initiator of this very link holds the key. */
  readonly verify: (answer: Uint8Array) => boolean
}

/**
 * At the responder, once the initiator claimed an address and its key was checked against it.
 *
 * @param kemKey ML-KEM-768, 1184 bytes. Throws `MESH_MALFORMED` for what is none.
 */
export function challengeInitiator(session: Session, kemKey: Uint8Array): InitiatorChallenge {
  const { ciphertext, sharedSecret } = encapsulated(kemKey)
  const expected = answerTo(session, kemKey, ciphertext, sharedSecret)
  sharedSecret.fill(0)
  return { challenge: ciphertext, verify: (answer) => constantTimeEqual(answer, expected) }
}

/** At the initiator: 16 bytes for the responder, sealed as data. Throws `MESH_LINK`, `MESH_MALFORMED`. */
export function answerChallenge(
  session: Session,
  key: DecapsulationKey,
  challenge: Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (session.role !== 'initiator') throw linkFault('responder')
  if (challenge.length !== challengeBytes) throw malformed('challenge', 'it has another length')
  return answerTo(session, key.publicKey, challenge, kem.decapsulate(key, challenge))
}

function answerTo(
  { binding }: Session,
  kemKey: Uint8Array,
  challenge: Uint8Array,
  shared: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const transcript = meshHash('initiator', 32, binding, kemKey, challenge)
  return derive(shared, 'initiator', challengeAnswerBytes, transcript)
}

function encapsulated(kemKey: Uint8Array): ReturnType<typeof kem.encapsulate> {
  try {
    return kem.encapsulate(kemKey)
  } catch (error) {
    if (!isFault(error, 'CRYPTO_KEY_INVALID', 'CRYPTO_LENGTH')) throw error
    throw malformed('initiator', 'its key is no ML-KEM-768 key')
  }
}
