/** 0xf1, 0xf2, 0xf4, 0xfa: message calls. @see Ethereum Yellow Paper, appendix H.2; EIP-150 */
import { Message } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'

import { insufficientBalance, tooDeep } from '../failure-text.ts'
import { type FrameKind, pass, startOf } from '../tracer.ts'
import { account, codeOf, isEmpty, warmAccount } from './accounts.ts'
import { enter } from './enter.ts'
import type { Frame } from './frame.ts'
import { addressOf } from './word.ts'

export type CallKind = 'call' | 'callcode' | 'delegatecall' | 'staticcall'

const kinds = {
  call: 'CALL',
  callcode: 'CALLCODE',
  delegatecall: 'DELEGATECALL',
  staticcall: 'STATICCALL',
} as const satisfies Record<CallKind, FrameKind>

interface Operands {
  /** What the caller offers; all but a 64th of what is left bounds it. */
  readonly gas: bigint
  readonly target: Uint8Array
  readonly value: bigint
  readonly input: readonly [offset: bigint, length: bigint]
  readonly output: readonly [offset: bigint, length: bigint]
}

/** What the price and the outcome depend on, read before anything changes. */
interface Facts {
  readonly createsAccount: boolean
  readonly affordable: boolean
  /** The account whose code the target runs as its own. */
  readonly delegate: Uint8Array | undefined
}

/** Leaves 1 or 0 on the stack. */
export async function call(frame: Frame, kind: CallKind): Promise<void> {
  const operands = operandsOf(frame, kind)
  if (kind === 'call' && operands.value !== 0n) frame.requireMutable()
  const facts = factsOf(frame, kind, operands)
  frame.height -= kind === 'call' || kind === 'callcode' ? 7 : 6
  const inputAt = frame.reserve(...operands.input)
  const outputAt = frame.reserve(...operands.output)
  const gasLimit = pay(frame, operands, facts)
  frame.returnData = new Uint8Array(0)
  const data = frame.memory.slice(inputAt, Number(operands.input[1]))
  const message = messageOf(frame, kind, operands, gasLimit, data)
  const obstacle = obstacleOf(frame, facts)
  if (obstacle !== undefined) {
    pass(frame.machine.tracer, startOf(message, kinds[kind]), obstacle)
    return frame.push(0n)
  }
  const { exceptionError } = await enter(frame, message, kinds[kind])
  const copied = Math.min(Number(operands.output[1]), frame.returnData.length)
  frame.memory.setFrom(outputAt, frame.returnData, 0, copied)
  return frame.push(exceptionError === undefined ? 1n : 0n)
}

function operandsOf(frame: Frame, kind: CallKind): Operands {
  const withValue = kind === 'call' || kind === 'callcode'
  const rest = withValue ? 3 : 2
  return {
    gas: frame.peek(0),
    target: addressOf(frame.peek(1)),
    value: withValue ? frame.peek(2) : 0n,
    input: [frame.peek(rest), frame.peek(rest + 1)],
    output: [frame.peek(rest + 2), frame.peek(rest + 3)],
  }
}

function factsOf(frame: Frame, kind: CallKind, { target, value }: Operands): Facts {
  return {
    createsAccount: kind === 'call' && value !== 0n && isEmpty(account(frame, target)),
    affordable: value === 0n || (account(frame, frame.address.bytes)?.balance ?? 0n) >= value,
    delegate: frame.schedule.delegations ? delegateOf(codeOf(frame, target)) : undefined,
  }
}

/** @see EIP-7702 "Delegation designation" */
export function delegateOf(code: Uint8Array): Uint8Array | undefined {
  const designates = code.length === 23 && code[0] === 0xef && code[1] === 1 && code[2] === 0
  return designates ? code.slice(3) : undefined
}

/** Charges all but the gas that is handed on, and returns that. */
function pay(frame: Frame, { gas, target, value }: Operands, facts: Facts): bigint {
  const { prices } = frame.schedule
  warmAccount(frame, target)
  if (value !== 0n) frame.charge(prices.callValue)
  if (facts.createsAccount) frame.charge(prices.callNewAccount)
  if (facts.delegate !== undefined) warmAccount(frame, facts.delegate)
  const most = allButOne64th(frame.gasLeft)
  const offered = gas < most ? gas : most
  frame.machine.recorder?.end(frame, offered)
  if (value === 0n) return offered
  frame.gas += prices.callStipend
  return offered + BigInt(prices.callStipend)
}

/** What keeps a call that is paid for from happening. */
function obstacleOf({ message, schedule }: Frame, { affordable }: Facts): string | undefined {
  if (message.depth >= schedule.prices.maxDepth) return tooDeep
  return affordable ? undefined : insufficientBalance
}

/** @see EIP-150 */
export function allButOne64th(gas: bigint): bigint {
  return gas - gas / 64n
}

function messageOf(
  { message, address }: Frame,
  kind: CallKind,
  { target, value }: Operands,
  gasLimit: bigint,
  data: Uint8Array,
): Message {
  const delegated = kind === 'delegatecall'
  const borrowed = delegated || kind === 'callcode'
  return new Message({
    caller: delegated ? message.caller : address,
    gasLimit,
    to: borrowed ? address : new Address(target),
    ...(borrowed ? { codeAddress: new Address(target) } : {}),
    value: delegated ? message.value : value,
    data,
    isStatic: kind === 'staticcall' || message.isStatic,
    delegatecall: delegated,
    depth: message.depth + 1,
    blobVersionedHashes: message.blobVersionedHashes ?? [],
  })
}
