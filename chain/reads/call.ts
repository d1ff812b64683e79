import { Address } from '@ethereumjs/util'

import { empty, Fault } from '#base'
import type { EnvelopeKey } from '#precompiles'

import type { VmBlock } from '../block/apply.ts'
import type {
  BlockRef,
  CallRequest,
  CallResult,
  Header,
  Overrides,
} from '../port.ts'
import { headAt, type ReadContext, stateAt } from './context.ts'
import { type Execution, openExecution } from './execution.ts'
import { limits } from './limits.ts'

/** Runs a message on the state of a block and throws its effects away. */
export async function call(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides = {},
): Promise<CallResult | undefined> {
  const simulation = await open(context, request, at, overrides)
  if (simulation === undefined) return undefined
  return (await simulation.run(least(request.gas, BigInt(limits.callGas.value)))).result
}

/**
 * A gas limit with which `request` succeeds: what it spends where that is enough, else at most 1.5 %
 * above the least. A call gets at most 63/64 of what its caller has left, so what a run spent is not
 * always enough.
 */
export async function estimateGas(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides = {},
): Promise<CallResult | undefined> {
  const simulation = await open(context, request, at, overrides)
  if (simulation === undefined) return undefined
  const cap = await simulation.affordable(least(request.gas, simulation.maxGas))
  const widest = await simulation.run(cap)
  if (widest.result.failure !== undefined) return widest.result
  const { output } = widest.result
  const exact = await simulation.run(widest.needed)
  if (exact.result.failure === undefined) return { gasUsed: widest.needed, output }
  let left = BigInt(limits.estimateGas.value) - widest.spent - exact.spent
  let enough = cap
  let tooLittle = widest.needed
  let next = tooLittle + tooLittle / 63n + 2300n
  while (left > 0n && (enough - tooLittle) * 1000n >= enough * 15n) {
    const gas = next < enough ? next : (tooLittle + enough) / 2n
    const { result, spent } = await simulation.run(gas)
    left -= spent
    if (result.failure === undefined) enough = gas
    else tooLittle = gas
    // The cap is usually far above the answer, so upwards in doublings: short runs first.
    next = least((tooLittle + enough) / 2n, 2n * tooLittle)
  }
  return { gasUsed: enough, output }
}

function least(first: bigint | undefined, second: bigint): bigint {
  return first !== undefined && first < second ? first : second
}

async function open(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
  overrides: Overrides,
): Promise<Simulation | undefined> {
  const head = headAt(context, at)
  if (head === undefined) return undefined
  const { header } = head
  const baseFeePerGas = overrides.block?.baseFeePerGas ?? header.baseFeePerGas ?? 0n
  checkFee(request, baseFeePerGas)
  const gasPrice = effectivePrice(request, baseFeePerGas)
  const source = stateAt(context, header.number)
  const key = await context.profile.envelopeKey?.(request, source)
  const execution = await openExecution(context, {
    header,
    source,
    overrides,
    isFree: gasPrice === 0n,
  })
  return new Simulation({ context, request, key, execution, gasPrice })
}

interface Run {
  readonly result: CallResult
  /** Before refunds: less would not have been enough. */
  readonly needed: bigint
  /** What the run went through, in gas. */
  readonly spent: bigint
}

interface SimulationInit {
  readonly context: ReadContext
  readonly request: CallRequest
  readonly key: EnvelopeKey | undefined
  readonly execution: Execution<Header>
  readonly gasPrice: bigint
}

/** One request, on one state, run as often as it takes. */
class Simulation {
  readonly #init: SimulationInit
  readonly #execution: Execution<Header>

  constructor(init: SimulationInit) {
    this.#init = init
    const { request, key, execution } = init
    this.#execution = execution
    const { executor } = execution
    if (request.publicKey === undefined || executor.context === undefined) return
    executor.context = { ...executor.context, envelope: key }
  }

  /** No transaction may name more. */
  get maxGas(): bigint {
    const { context, header } = this.#init
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

  async run(gas: bigint): Promise<Run> {
    const { context, request, key, header } = this.#init
    const { intrinsic, floor } = context.profile.intrinsicGas(request, header, key)
    const required = intrinsic > floor ? intrinsic : floor
    if (gas < required) return tooLow(gas, required)
    await this.#expectFunds(gas)
    const { vm, evm } = this.#executor
    await evm.journal.cleanup()
    await this.#state.checkpoint()
    try {
      this.#warm()
      const { execResult } = await vm.evm.runCall({
        block: this.#block,
        caller: new Address(request.from ?? new Uint8Array(20)),
        ...(request.to === undefined ? {} : { to: new Address(request.to) }),
        value: request.value ?? 0n,
        data: request.data ?? empty,
        gasLimit: gas - intrinsic,
        gasPrice: this.#gasPrice,
      })
      const spent = intrinsic + execResult.executionGasUsed
      const refundable = spent / this.#executor.vm.common.param('maxRefundQuotient')
      const charged = spent - least(execResult.gasRefund ?? 0n, refundable)
      const failure = execResult.exceptionError?.error
      return {
        result: {
          gasUsed: charged > floor ? charged : floor,
          output: execResult.returnValue,
          ...(failure === undefined ? {} : { failure: describe(failure) }),
        },
        needed: spent > floor ? spent : floor,
        spent,
      }
    } finally {
      await this.#state.revert()
      evm.journal.cleanJournal()
      this.#state.originalStorageCache.clear()
    }
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
    return (await this.#state.getAccount(new Address(from)))?.balance ?? 0n
  }

  /** What runTx makes warm before it runs anything. @see EIP-2929, EIP-2930, EIP-3651 */
  #warm(): void {
    const { from, to, accessList = [] } = this.#init.request
    const { journal, precompiles } = this.#executor.evm
    if (!this.#executor.vm.common.isActivatedEIP(2929)) return
    for (const address of precompiles.keys()) journal.addAlwaysWarmAddress(address)
    for (const address of [from ?? new Uint8Array(20), to, this.#init.header.beneficiary]) {
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
function effectivePrice(request: CallRequest, { baseFeePerGas = 0n }: Header): bigint {
  const { gasPrice, maxPriorityFeePerGas = 0n } = request
  return gasPrice ?? least(feeCap(request), baseFeePerGas + maxPriorityFeePerGas)
}

function checkFee(request: CallRequest, { baseFeePerGas = 0n }: Header): void {
  const maxFeePerGas = feeCap(request)
  if (maxFeePerGas === 0n || maxFeePerGas >= baseFeePerGas) return
  throw new Fault(
    { code: 'READ_FEE_TOO_LOW', maxFeePerGas, baseFee: baseFeePerGas },
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

function describe(error: string): NonNullable<CallResult['failure']> {
  return error === 'revert'
    ? { reason: 'reverted', message: 'execution reverted' }
    : { reason: 'halted', message: error }
}
