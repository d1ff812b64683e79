/**
 * S1-S6: whether a 0x50 transaction may run at its position. The order is part of the rule: the
 * first failure decides.
 *
 * @see PIP-0002 "Validity"
 */
import { equal, Fault, hex, toBigInt } from '#base'

import type { ParsEnvelope } from './envelope.ts'
import { lanesAddress, registryAddress, slotOf } from './slots.ts'
import type { StateView } from './view.ts'

export type StateFacts =
  | { readonly code: 'TX_EXPIRED'; readonly validUntil: bigint; readonly timestamp: bigint }
  | { readonly code: 'TX_SENDER_HAS_CODE'; readonly sender: string }
  | { readonly code: 'TX_KEY_UNKNOWN'; readonly sender: string }
  | { readonly code: 'TX_KEY_NOT_SENDERS'; readonly sender: string }
  | { readonly code: 'TX_NONCE_TOO_LOW'; readonly next: bigint; readonly nonce: bigint }
  | { readonly code: 'TX_NONCE_GAP'; readonly next: bigint; readonly nonce: bigint }
  | { readonly code: 'TX_FEE_TOO_LOW'; readonly baseFee: bigint; readonly maxFeePerGas: bigint }
  | { readonly code: 'TX_UNFUNDED'; readonly balance: bigint; readonly cost: bigint }
  | { readonly code: 'TX_EXCEEDS_BLOCK'; readonly gasLimit: bigint; readonly blockGasLimit: bigint }

export type StateFault = Fault<StateFacts>

/** What the position fixes. */
export interface Position {
  /** Seconds. */
  readonly timestamp: bigint
  readonly baseFee: bigint
  readonly blockGasLimit: bigint
}

/** The most that a transaction can cost its sender, in wei. */
export function maximalCost({ fields }: ParsEnvelope): bigint {
  return fields.gasLimit * fields.maxFeePerGas + fields.value
}

/** The nonce that `sender`'s next transaction on `nonceKey` must have. */
export function nextNonce(view: StateView, sender: Uint8Array, nonceKey: bigint): bigint {
  if (nonceKey === 0n) return view.account(sender)?.nonce ?? 0n
  return toBigInt(view.word(lanesAddress, slotOf(sender, nonceKey)))
}

/** R: the registered keyHash of an account, or undefined. */
export function registeredKey(view: StateView, account: Uint8Array): Uint8Array | undefined {
  const word = view.word(registryAddress, slotOf(account, 0n))
  return word.some((byte) => byte !== 0) ? word : undefined
}

/** S1-S3 and S5-S6; S4 is `nonceFault`, since a pool and a block take gaps differently. */
export function stateFault(
  envelope: ParsEnvelope,
  view: StateView,
  at: Position,
): StateFault | undefined {
  return (
    expiryFault(envelope, at.timestamp) ??
    senderFault(envelope, view) ??
    nonceFault(envelope, view) ??
    fundsFault(envelope, view, at.baseFee) ??
    sizeFault(envelope, at.blockGasLimit)
  )
}

/** S1. */
export function expiryFault(
  { fields: { validUntil } }: ParsEnvelope,
  timestamp: bigint,
): StateFault | undefined {
  if (validUntil === 0n || timestamp <= validUntil) return undefined
  return new Fault({ code: 'TX_EXPIRED', validUntil, timestamp }, 'sign again with a later validUntil')
}

/** S2 and S3. */
export function senderFault(envelope: ParsEnvelope, view: StateView): StateFault | undefined {
  const { sender } = envelope
  if (view.account(sender)?.hasCode === true) {
    return new Fault(
      { code: 'TX_SENDER_HAS_CODE', sender: hex(sender) },
      'contracts cannot send transactions (EIP-3607)',
    )
  }
  const record = registeredKey(view, sender)
  if (record === undefined) {
    if (envelope.fullKey === undefined) {
      return new Fault(
        { code: 'TX_KEY_UNKNOWN', sender: hex(sender) },
        'this account has not registered a key: put the public key itself into the key field',
      )
    }
    if (equal(envelope.keyHash.subarray(12), sender)) return undefined
  } else if (equal(record, envelope.keyHash)) {
    return undefined
  }
  return new Fault(
    { code: 'TX_KEY_NOT_SENDERS', sender: hex(sender) },
    record === undefined
      ? 'the sender field is not the address of this key'
      : 'the account has registered another key: sign with that one',
  )
}

/** S4. */
export function nonceFault(envelope: ParsEnvelope, view: StateView): StateFault | undefined {
  const { nonceKey, nonce } = envelope.fields
  const next = nextNonce(view, envelope.sender, nonceKey)
  if (nonce === next) return undefined
  return nonce < next
    ? new Fault({ code: 'TX_NONCE_TOO_LOW', next, nonce }, 'nonce too low: it was used already')
    : new Fault({ code: 'TX_NONCE_GAP', next, nonce }, 'nonce too high: send the ones before first')
}

/** S5. */
export function fundsFault(
  envelope: ParsEnvelope,
  view: StateView,
  baseFee: bigint,
): StateFault | undefined {
  const { maxFeePerGas } = envelope.fields
  if (maxFeePerGas < baseFee) {
    return new Fault(
      { code: 'TX_FEE_TOO_LOW', baseFee, maxFeePerGas },
      'max fee per gas less than block base fee: raise maxFeePerGas',
    )
  }
  const balance = view.account(envelope.sender)?.balance ?? 0n
  const cost = maximalCost(envelope)
  if (balance >= cost) return undefined
  return new Fault(
    { code: 'TX_UNFUNDED', balance, cost },
    'insufficient funds for gas * price + value: fund the sender or lower gasLimit, fee or value',
  )
}

/** S6, the part that no later block can change. */
function sizeFault(
  { fields: { gasLimit } }: ParsEnvelope,
  blockGasLimit: bigint,
): StateFault | undefined {
  if (gasLimit <= blockGasLimit) return undefined
  return new Fault(
    { code: 'TX_EXCEEDS_BLOCK', gasLimit, blockGasLimit },
    'exceeds block gas limit: lower gasLimit',
  )
}
