import { Fault, isFault } from '#base'

import type { StateFault } from '../pars/validity.ts'

/** What hangs on the state that a node happens to have. Complete by its type. */
const subjective: Readonly<Record<StateFault['code'] | 'TX_EXPIRES_SOON', true>> = {
  TX_EXPIRED: true,
  TX_EXPIRES_SOON: true,
  TX_SENDER_HAS_CODE: true,
  TX_KEY_UNKNOWN: true,
  TX_KEY_NOT_SENDERS: true,
  TX_NONCE_TOO_LOW: true,
  TX_NONCE_GAP: true,
  TX_FEE_TOO_LOW: true,
  TX_UNFUNDED: true,
  TX_EXCEEDS_BLOCK: true,
}

/**
 * Whether a transaction was refused for what its bytes alone decide (V1-V5 or C1), on any node and
 * at any time: the peer that passed it on is to be disconnected and banned. Never so for S1-S6,
 * quotas and a busy node, which say nothing about the peer.
 *
 * @see PIP-0002 "Pool"
 */
export function isObjective(error: unknown): boolean {
  return isFault(error) && error.code.startsWith('TX_') && !Object.hasOwn(subjective, error.code)
}

/** C1 failed. */
export function badSignature(): Fault<{ code: 'TX_BAD_SIGNATURE' }> {
  return new Fault(
    { code: 'TX_BAD_SIGNATURE' },
    'the ML-DSA signature does not verify: sign the transaction hash (which binds the network id) under the context pars-tx-v1',
  )
}
