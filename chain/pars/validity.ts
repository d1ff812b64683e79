/**
 * S1-S6: whether a 0x50 transaction may run at its position. The order is part of the rule: the
 * first failure decides.
 *
 * @see PIP-0002 "Validity"
 */
import { equal, Fault, hex, toBigInt } from '#base'
import { keyHashAddress } from '#protocol'

import type { ParsEnvelope } from './envelope.ts'
import { lanesAddress, recordSlot, registryAddress, slotOf } from './slots.ts'
import type { StateView } from './view.ts'

type StateFacts =
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

/** What S2, S3 and S5 ask of a sender. */
export interface Sender {
  readonly balance: bigint
  readonly hasCode: boolean
  /** R: the keyHash that the account registered. */
  readonly record: Uint8Array | undefined
}

/** @param slot `recordSlot(address)`, from whoever has it at hand. */
export function readSender(
  view: StateView,
  address: Uint8Array,
  slot: Uint8Array = recordSlot(address),
): Sender {
  const { balance, hasCode } = view.account(address) ?? { balance: 0n, hasCode: false }
  const word = view.word(registryAddress, slot)
  return { balance, hasCode, record: word.some((byte) => byte !== 0) ? word : undefined }
}

/** The nonce that `sender`'s next transaction on `nonceKey` must have. */
export function nextNonce(view: StateView, sender: Uint8Array, nonceKey: bigint): bigint {
  if (nonceKey === 0n) return view.account(sender)?.nonce ?? 0n
  return laneNonce(view, slotOf(sender, nonceKey))
}

/** The next nonce of the lane in `slot` of 0x0607. */
export function laneNonce(view: StateView, slot: Uint8Array): bigint {
  return toBigInt(view.word(lanesAddress, slot))
}

/**
 * S1-S6 of `envelope` at a position; undefined when it may run there.
 *
 * @param ahead How far above the next nonce it may be. A block takes none but the next; a pool, and
 * a commit that parks, keep what is not far off.
 */
export function stateFault(
  envelope: ParsEnvelope,
  view: StateView,
  at: Position,
  ahead = 0n,
): StateFault | undefined {
  const expired = expiryFault(envelope, at.timestamp)
  if (expired !== undefined) return expired
  const sender = readSender(view, envelope.sender)
  return (
    senderFault(envelope, sender) ??
    nonceFault(envelope, view, ahead) ??
    fundsFault(envelope, sender, at.baseFee) ??
    sizeFault(envelope, at.blockGasLimit)
  )
}

/** S1. */
export function expiryFault(
  { fields: { validUntil } }: ParsEnvelope,
  timestamp: bigint,
): StateFault | undefined {
  if (validUntil === 0n || timestamp <= validUntil) return undefined
  return new Fault(
    { code: 'TX_EXPIRED', validUntil, timestamp },
    'sign again with a later validUntil',
  )
}

/** S2 and S3. */
export function senderFault(
  { sender, keyHash, fullKey }: ParsEnvelope,
  { hasCode, record }: Sender,
): StateFault | undefined {
  if (hasCode) {
    return new Fault(
      { code: 'TX_SENDER_HAS_CODE', sender: hex(sender) },
      'contracts cannot send transactions (EIP-3607)',
    )
  }
  if (record !== undefined) {
    if (equal(record, keyHash)) return undefined
    return new Fault(
      { code: 'TX_KEY_NOT_SENDERS', sender: hex(sender) },
      'the account has registered another key: sign with that one',
    )
  }
  if (fullKey === undefined) {
    return new Fault(
      { code: 'TX_KEY_UNKNOWN', sender: hex(sender) },
      'this account has not registered a key: put the public key itself into the key field',
    )
  }
  if (equal(keyHashAddress(keyHash), sender)) return undefined
  return new Fault(
    { code: 'TX_KEY_NOT_SENDERS', sender: hex(sender) },
    'the sender field is not the address of this key',
  )
}

/** S4. */
function nonceFault(
  { sender, fields: { nonceKey, nonce } }: ParsEnvelope,
  view: StateView,
  ahead: bigint,
): StateFault | undefined {
  const next = nextNonce(view, sender, nonceKey)
  if (nonce < next) {
    return new Fault(
      { code: 'TX_NONCE_TOO_LOW', next, nonce },
      'nonce too low: it was used already',
    )
  }
  if (nonce <= next + ahead) return undefined
  return new Fault(
    { code: 'TX_NONCE_GAP', next, nonce },
    'nonce too high: send the ones before it first',
  )
}

/** S5. */
function fundsFault(
  envelope: ParsEnvelope,
  { balance }: Sender,
  baseFee: bigint,
): StateFault | undefined {
  const { maxFeePerGas } = envelope.fields
  if (maxFeePerGas < baseFee) {
    return new Fault(
      { code: 'TX_FEE_TOO_LOW', baseFee, maxFeePerGas },
      'max fee per gas less than block base fee: raise maxFeePerGas',
    )
  }
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
