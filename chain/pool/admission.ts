/** What the pool asks of a transaction before it spends a verification on it. */
import { Fault, hex } from '#base'

import type { ParsEnvelope } from '../pars/envelope.ts'
import {
  expiryFault,
  fundsFault,
  maximalCost,
  nextNonce,
  type Position,
  senderFault,
} from '../pars/validity.ts'
import type { StateView } from '../pars/view.ts'
import { limits } from './limits.ts'
import { SenderQueue } from './queue.ts'

export interface PoolState {
  readonly view: StateView
  readonly position: Position
}

/** S1-S6 against head, gaps allowed within bounds, then the sender's quotas. Throws; changes nothing. */
export function admit(
  envelope: ParsEnvelope,
  { view, position }: PoolState,
  queue: SenderQueue | undefined,
  now: number,
): void {
  expectUntil(envelope, position.timestamp)
  const fault =
    expiryFault(envelope, position.timestamp) ??
    senderFault(envelope, view) ??
    fundsFault(envelope, view, position.baseFee)
  if (fault !== undefined) throw fault
  expectNonce(envelope, view)
  if (envelope.gasLimit > position.blockGasLimit) {
    throw new Fault(
      {
        code: 'TX_EXCEEDS_BLOCK',
        gasLimit: envelope.gasLimit,
        blockGasLimit: position.blockGasLimit,
      },
      'exceeds block gas limit: lower gasLimit',
    )
  }
  if (queue !== undefined) expectQuota(envelope, queue, view, now)
}

function expectUntil({ fields: { validUntil } }: ParsEnvelope, timestamp: bigint): void {
  const earliest = timestamp + BigInt(limits.expiryMargin.value)
  if (validUntil !== 0n && validUntil >= timestamp && validUntil < earliest) {
    throw new Fault(
      { code: 'TX_EXPIRES_SOON', validUntil, earliest },
      'sign again with a later validUntil',
    )
  }
}

function expectNonce(envelope: ParsEnvelope, view: StateView): void {
  const { nonceKey, nonce } = envelope.fields
  const next = nextNonce(view, envelope.sender, nonceKey)
  if (nonce < next) {
    throw new Fault({ code: 'TX_NONCE_TOO_LOW', next, nonce }, 'nonce too low: it was used already')
  }
  const ahead = nonceKey === 0n ? limits.nonceAhead.value : limits.laneNonceAhead.value
  if (nonce > next + BigInt(ahead)) {
    throw new Fault(
      { code: 'TX_NONCE_GAP', next, nonce },
      `nonce too high: at most ${ahead} ahead of the next one`,
    )
  }
}

function expectQuota(
  envelope: ParsEnvelope,
  queue: SenderQueue,
  view: StateView,
  now: number,
): void {
  const replaced = queue.at(envelope)?.envelope
  if (replaced !== undefined) expectRaise(envelope, replaced)
  const sender = hex(envelope.sender)
  if (replaced === undefined && queue.slots(now) >= limits.transactionsPerSender.value) {
    throw new Fault(
      { code: 'POOL_SENDER_FULL', sender, limit: limits.transactionsPerSender.value },
      'wait until some of them are in a block',
    )
  }
  if (!queue.hasLane(envelope) && queue.lanes >= limits.lanesPerSender.value) {
    throw new Fault(
      { code: 'POOL_LANES_FULL', sender, limit: limits.lanesPerSender.value },
      'use a lane that is in the pool already, or wait',
    )
  }
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
