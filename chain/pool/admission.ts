/** What the pool asks of a transaction before it spends a verification on it. */
import { Fault, hex } from '#base'

import type { ParsEnvelope } from '../pars/envelope.ts'
import { maximalCost, type Position, stateFault } from '../pars/validity.ts'
import type { StateView } from '../pars/view.ts'
import { limits } from './limits.ts'
import type { SenderQueue } from './queue.ts'

export interface PoolState {
  readonly view: StateView
  readonly position: Position
}

/** What the sender has of its quota. */
export interface SenderUse {
  readonly queue: SenderQueue | undefined
  /** Slots that expired transactions still take. */
  readonly expired: number
}

/**
 * S1-S6 against head, with gaps as far as the pool keeps them, then the sender's quotas. Throws a
 * Fault `TX_*` or `POOL_*`; changes nothing.
 */
export function admit(
  envelope: ParsEnvelope,
  state: PoolState,
  { queue, expired }: SenderUse,
): void {
  expectValid(envelope, state)
  expectMargin(envelope, state.position.timestamp)
  expectQuota(envelope, queue, state.view, expired)
}

/** For what was admitted once and comes back after a restart: the base fee may rise and fall again. */
export function readmit(
  envelope: ParsEnvelope,
  { view, position }: PoolState,
  { queue, expired }: SenderUse,
): void {
  expectValid(envelope, { view, position: { ...position, baseFee: 0n } })
  expectQuota(envelope, queue, view, expired)
}

function expectValid(envelope: ParsEnvelope, { view, position }: PoolState): void {
  const ahead = envelope.usesAccountNonce ? limits.nonceAhead : limits.laneNonceAhead
  const fault = stateFault(envelope, view, position, BigInt(ahead.value))
  if (fault !== undefined) throw fault
}

function expectMargin({ fields: { validUntil } }: ParsEnvelope, timestamp: bigint): void {
  const earliest = timestamp + BigInt(limits.expiryMargin.value)
  if (validUntil === 0n || validUntil >= earliest) return
  throw new Fault(
    { code: 'TX_EXPIRES_SOON', validUntil, earliest },
    'sign again with a later validUntil',
  )
}

function expectQuota(
  envelope: ParsEnvelope,
  queue: SenderQueue | undefined,
  view: StateView,
  expired: number,
): void {
  const replaced = queue?.at(envelope)?.envelope
  if (replaced === undefined) expectSlot(envelope, queue, expired)
  else expectRaise(envelope, replaced)
  if (queue === undefined) return
  const others = queue.cost - (replaced === undefined ? 0n : maximalCost(replaced))
  const cost = others + maximalCost(envelope)
  const balance = view.account(envelope.sender)?.balance ?? 0n
  if (cost > balance) {
    throw new Fault(
      { code: 'POOL_OVERDRAWN', balance, cost },
      'insufficient funds for all pooled transactions of the sender together',
    )
  }
}

function expectSlot(envelope: ParsEnvelope, queue: SenderQueue | undefined, expired: number): void {
  const sender = hex(envelope.sender)
  const most = limits.transactionsPerSender.value
  if ((queue?.size ?? 0) + expired >= most) {
    throw new Fault(
      { code: 'POOL_SENDER_FULL', sender, limit: most },
      'wait until some of them are in a block',
    )
  }
  if (queue === undefined || queue.hasLane(envelope)) return
  if (queue.lanes >= limits.lanesPerSender.value) {
    throw new Fault(
      { code: 'POOL_LANES_FULL', sender, limit: limits.lanesPerSender.value },
      'use a lane that is in the pool already, or wait',
    )
  }
}

function expectRaise({ fields }: ParsEnvelope, replaced: ParsEnvelope): void {
  const percent = 100n + BigInt(limits.replacementPercent.value)
  const fee = (replaced.fields.maxFeePerGas * percent + 99n) / 100n
  const tip = (replaced.fields.maxPriorityFeePerGas * percent + 99n) / 100n
  if (fields.maxFeePerGas >= fee && fields.maxPriorityFeePerGas >= tip) return
  throw new Fault(
    { code: 'POOL_UNDERPRICED', maxFeePerGas: fee, maxPriorityFeePerGas: tip },
    'replacement transaction underpriced: raise both fees to these',
  )
}
