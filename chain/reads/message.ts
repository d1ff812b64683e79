import { Address } from '@ethereumjs/util'

/** One message, on one state, run as often as it takes. */
import { empty, Fault, hex } from '#base'
import type { EnvelopeKey } from '#precompiles'

import type { CallRequest, CallResult, Overrides } from '../call-port.ts'
import type { BlockRef, Header } from '../port.ts'
import { headAt, type ReadContext, stateAt } from './context.ts'
import { type Execution, type ExecutionInit, openExecution } from './execution.ts'
import type { CallContext } from './head-executions.ts'
import { limits } from './limits.ts'

export function least(first: bigint | undefined, second: bigint): bigint {
  return first !== undefined && first < second ? first : second
}

/**
 * A message on the state after a block; undefined when there is no such block. Throws
 * `READ_FEE_TOO_LOW`, `READ_KEY_FOREIGN`, `READ_OVERRIDE` and `READ_OVERRIDE_SYSTEM`.
 */
export async function openMessage(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides,
): Promise<MessageRun | undefined> {
  const head = headAt(context, at)
  if (head === undefined) return undefined
  const { header } = head
  return messageIn(context, request, { header, source: stateAt(context, header.number), overrides })
}

/**
 * What `use` makes of a message, as `openMessage` opens it; undefined when there is no such block. On
 * the head the execution may be one that earlier messages used.
 */
export async function withMessage<Result>(
  context: CallContext,
  { request, at, overrides }: { request: CallRequest; at: BlockRef; overrides: Overrides },
  use: (message: MessageRun) => Promise<Result>,
): Promise<Result | undefined> {
  const isPlain = overrides.block === undefined && (overrides.state ?? []).length === 0
  const kept = isPlain ? await context.atHead?.take(at, context.interrupt) : undefined
  if (kept === undefined) {
    const message = await openMessage(context, request, at, overrides)
    return message === undefined ? undefined : use(message)
  }
  const { header, source } = kept
  const message = await messageIn(context, request, { header, source }, async (_, init) =>
    kept.open(init.isFree === true),
  )
  const result = await use(message)
  context.atHead?.giveBack(kept)
  return result
}

/** As `openMessage`, in an execution that `open` makes of `init`. */
export async function messageIn(
  context: ReadContext,
  request: CallRequest,
  init: ExecutionInit<Header>,
  open: typeof openExecution<Header> = openExecution,
): Promise<MessageRun> {
  const { header, source, overrides } = init
  const baseFeePerGas = overrides?.block?.baseFeePerGas ?? header.baseFeePerGas ?? 0n
  checkFee(request, baseFeePerGas)
  const gasPrice = effectivePrice(request, baseFeePerGas)
  const key = await context.profile.envelopeKey?.(request, source)
  const execution = await open(context, { ...init, isFree: gasPrice === 0n })
  return new MessageRun({ context, request, key, execution, gasPrice })
}

export interface Run {
  readonly result: CallResult
  /** Before refunds: less would not have been enough. */
  readonly needed: bigint
  /** What the run went through, in gas. */
  readonly spent: bigint
}

interface MessageInit {
  readonly context: ReadContext
  readonly request: CallRequest
  readonly key: EnvelopeKey | undefined
  readonly execution: Execution<Header>
  readonly gasPrice: bigint
}

/** One request, on one state, run as often as it takes. */
export class MessageRun {
  readonly #init: MessageInit
  readonly #execution: Execution<Header>

  constructor(init: MessageInit) {
    this.#init = init
    const { request, key, execution } = init
    this.#execution = execution
    const { executor } = execution
    if (request.publicKey === undefined || executor.context === undefined) return
    executor.context = { ...executor.context, envelope: key }
  }

  /** No transaction may name more. */
  get maxGas(): bigint {
    const { context } = this.#init
    const { header } = this.#execution
    const most = least(context.profile.maxTransactionGas(header), header.gasLimit)
    return least(BigInt(limits.callGas.value), most)
  }

  /** What the sender can pay for, when the request names a price. */
  async affordable(gas: bigint): Promise<bigint> {
    const { request } = this.#init
    const price = feeCap(request)
    if (price === 0n) return gas
    const balance = await this.#balance()
    const value = request.value ?? 0n
    if (balance < value) throw unfunded(balance, value)
    return least((balance - value) / price, gas)
  }

  get execution(): Execution<Header> {
    return this.#execution
  }

  /** @param look Sees the state before what the message did is undone. */
  async run(gas: bigint, look?: () => Promise<void>): Promise<Run> {
    const { context, request, key, gasPrice } = this.#init
    const { state, executor, header, vmBlock } = this.#execution
    const { intrinsic, floor } = context.profile.intrinsicGas(request, header, key)
    const required = intrinsic > floor ? intrinsic : floor
    if (gas < required) return tooLow(gas, required)
    await this.#expectFunds(gas)
    const { evm } = executor
    await evm.journal.cleanup()
    await state.checkpoint()
    try {
      this.#warm()
      const authorized = await this.#authorize()
      const { execResult } = await evm.runCall({
        block: vmBlock,
        caller: new Address(request.from ?? new Uint8Array(20)),
        ...(request.to === undefined ? {} : { to: new Address(request.to) }),
        value: request.value ?? 0n,
        data: request.data ?? empty,
        gasLimit: gas - intrinsic,
        gasPrice,
        ...(request.blobVersionedHashes === undefined
          ? {}
          : { blobVersionedHashes: request.blobVersionedHashes.map(hex) }),
      })
      await look?.()
      const spent = intrinsic + execResult.executionGasUsed
      const refundable = spent / executor.vm.common.param('maxRefundQuotient')
      const charged = spent - least(authorized + (execResult.gasRefund ?? 0n), refundable)
      const failure = execResult.exceptionError?.error
      return {
        result: {
          gasUsed: charged > floor ? charged : floor,
          output: execResult.returnValue,
          ...(failure === undefined ? {} : { failure: describeFailure(failure) }),
        },
        needed: spent > floor ? spent : floor,
        spent,
      }
    } finally {
      await state.revert()
      evm.journal.cleanJournal()
      state.originalStorageCache.clear()
    }
  }

  async #authorize(): Promise<bigint> {
    const { context, request } = this.#init
    const { authorizations = [] } = request
    return (await context.profile.simulation.authorize?.(this.#execution, authorizations)) ?? 0n
  }

  async #expectFunds(gas: bigint): Promise<void> {
    const { request } = this.#init
    const cost = gas * feeCap(request) + (request.value ?? 0n)
    if (cost === 0n) return
    const balance = await this.#balance()
    if (balance < cost) throw unfunded(balance, cost)
  }

  async #balance(): Promise<bigint> {
    const { from = new Uint8Array(20) } = this.#init.request
    return (await this.#execution.state.getAccount(new Address(from)))?.balance ?? 0n
  }

  /** What runTx makes warm before it runs anything. @see EIP-2929, EIP-2930, EIP-3651 */
  #warm(): void {
    const { from, to, accessList = [] } = this.#init.request
    const { executor, rules, header } = this.#execution
    const { journal } = executor.evm
    if (!rules.isActivatedEIP(2929)) return
    for (const address of [from ?? new Uint8Array(20), to, header.beneficiary]) {
      if (address !== undefined) journal.addAlwaysWarmAddress(address.toHex())
    }
    for (const [address, slots] of accessList) {
      journal.addAlwaysWarmAddress(address.toHex())
      for (const slot of slots) journal.addAlwaysWarmSlot(address.toHex(), slot.toHex())
    }
  }
}

/** The most that the request would pay per gas. */
function feeCap({ gasPrice, maxFeePerGas }: CallRequest): bigint {
  return gasPrice ?? maxFeePerGas ?? 0n
}

/** What GASPRICE gives. Zero for a call that names no price: BASEFEE is zero then too. */
function effectivePrice(request: CallRequest, baseFee: bigint): bigint {
  const { gasPrice, maxPriorityFeePerGas = 0n } = request
  return gasPrice ?? least(feeCap(request), baseFee + maxPriorityFeePerGas)
}

function checkFee(request: CallRequest, baseFee: bigint): void {
  const maxFeePerGas = feeCap(request)
  if (maxFeePerGas === 0n || maxFeePerGas >= baseFee) return
  throw new Fault(
    { code: 'READ_FEE_TOO_LOW', maxFeePerGas, baseFee },
    'name a price that covers the base fee of the block, or none',
  )
}

function tooLow(gas: bigint, required: bigint): Run {
  const message = `intrinsic gas too low: have ${gas}, want ${required}`
  const failure = { reason: 'halted', message } as const
  return { result: { gasUsed: required, output: empty, failure }, needed: required, spent: 0n }
}

function unfunded(balance: bigint, cost: bigint): Fault {
  return new Fault(
    { code: 'READ_UNFUNDED', balance, cost },
    'insufficient funds for gas * price + value: fund the sender or lower gas, fee or value',
  )
}

export function describeFailure(error: string): NonNullable<CallResult['failure']> {
  return error === 'revert'
    ? { reason: 'reverted', message: 'execution reverted' }
    : { reason: 'halted', message: error }
}
