import { Address } from '@ethereumjs/util'

import { empty, Fault } from '#base'

import { activePlugins } from '../block/active.ts'
import { blockForVm } from '../block/apply.ts'
import { createExecutor, type Executor } from '../evm/index.ts'
import type { BlockRef, CallRequest, CallResult, Header } from '../port.ts'
import { State } from '../state/index.ts'
import { hashOf, headAt, type ReadContext, stateAt } from './context.ts'
import { limits } from './limits.ts'

/** Runs a message on the state of a block and throws its effects away. */
export async function call(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
): Promise<CallResult | undefined> {
  const simulation = await open(context, at)
  if (simulation === undefined) return undefined
  return simulation.run(request, allowance(request))
}

/**
 * The least gas limit with which `request` succeeds: a call gets at most 63/64 of what its caller
 * has left, so what a run used is not always enough.
 */
export async function estimateGas(
  context: ReadContext,
  request: CallRequest,
  at: BlockRef,
): Promise<CallResult | undefined> {
  const simulation = await open(context, at)
  if (simulation === undefined) return undefined
  const cap = await simulation.affordable(request, allowance(request))
  const widest = await simulation.run(request, cap)
  if (widest.failure !== undefined) return widest
  let enough = cap
  let tooLittle = widest.gasUsed - 1n
  const guess = widest.gasUsed + simulation.stipend(widest.gasUsed)
  for (let next = guess; tooLittle + 1n < enough; next = (tooLittle + enough) / 2n) {
    const gas = next < enough ? (next > tooLittle ? next : tooLittle + 1n) : enough - 1n
    const { failure } = await simulation.run(request, gas)
    if (failure === undefined) enough = gas
    else tooLittle = gas
  }
  return { gasUsed: enough, output: widest.output }
}

function allowance({ gas }: CallRequest): bigint {
  const most = BigInt(limits.callGas.value)
  return gas === undefined || gas > most ? most : gas
}

async function open(context: ReadContext, at: BlockRef): Promise<Simulation | undefined> {
  const head = headAt(context, at)
  if (head === undefined) return undefined
  const simulation = new Simulation(context, head.header)
  await simulation.activate()
  return simulation
}

class Simulation {
  readonly #context: ReadContext
  readonly #header: Header
  readonly #state: State
  readonly #executor: Executor
  readonly #block: ReturnType<typeof blockForVm>

  constructor(context: ReadContext, header: Header) {
    const { profile } = context
    const rules = profile.rules(header)
    this.#context = context
    this.#header = header
    this.#state = new State(stateAt(context, header.number))
    this.#executor = createExecutor({
      rules,
      state: this.#state,
      blockHash: (number) => hashOf(context, number) ?? new Uint8Array(32),
      observer: { onDefect() {}, onPayout() {} },
      ...profile.engines,
    })
    this.#block = blockForVm(header, rules, profile.blobGasPrice?.(header))
    this.#executor.context = {
      networkId: profile.genesisHash,
      envelope: undefined,
      height: header.number,
      timestamp: header.timestamp,
    }
  }

  async activate(): Promise<void> {
    const due = this.#context.profile.plugins(this.#header)
    this.#executor.setActive(await activePlugins(this.#state, due))
  }

  /** What the sender can pay for, when the request names a price. */
  async affordable(request: CallRequest, gas: bigint): Promise<bigint> {
    const price = priceOf(request)
    if (price === 0n) return gas
    const { balance = 0n } = (await this.#account(request)) ?? {}
    const value = request.value ?? 0n
    if (balance < value) throw unfunded(balance, value)
    const most = (balance - value) / price
    return most < gas ? most : gas
  }

  /** A little above what one nested call keeps from its callee. */
  stipend(gasUsed: bigint): bigint {
    return gasUsed / 63n + 2300n
  }

  async run(request: CallRequest, gas: bigint): Promise<CallResult> {
    const { intrinsic, floor } = this.#context.profile.intrinsicGas(request, this.#header)
    const least = intrinsic > floor ? intrinsic : floor
    if (gas < least) {
      return {
        gasUsed: least,
        output: empty,
        failure: { reason: 'halted', message: `intrinsic gas too low: have ${gas}, want ${least}` },
      }
    }
    await this.#expectFunds(request, gas)
    const { vm, evm } = this.#executor
    await evm.journal.cleanup()
    await this.#state.checkpoint()
    try {
      this.#warm(request)
      const { execResult } = await vm.evm.runCall({
        block: this.#block,
        caller: new Address(request.from ?? new Uint8Array(20)),
        ...(request.to === undefined ? {} : { to: new Address(request.to) }),
        value: request.value ?? 0n,
        data: request.data ?? empty,
        gasLimit: gas - intrinsic,
        gasPrice: priceOf(request),
      })
      const spent = intrinsic + execResult.executionGasUsed
      const refundable = spent / this.#executor.vm.common.param('maxRefundQuotient')
      const refund = execResult.gasRefund ?? 0n
      const charged = spent - (refund < refundable ? refund : refundable)
      const failure = execResult.exceptionError?.error
      return {
        gasUsed: charged > floor ? charged : floor,
        output: execResult.returnValue,
        ...(failure === undefined ? {} : { failure: describe(failure) }),
      }
    } finally {
      await this.#state.revert()
      evm.journal.cleanJournal()
      this.#state.originalStorageCache.clear()
    }
  }

  async #expectFunds(request: CallRequest, gas: bigint): Promise<void> {
    const cost = gas * priceOf(request) + (request.value ?? 0n)
    if (cost === 0n) return
    const { balance = 0n } = (await this.#account(request)) ?? {}
    if (balance < cost) throw unfunded(balance, cost)
  }

  #account({ from }: CallRequest) {
    return this.#state.getAccount(new Address(from ?? new Uint8Array(20)))
  }

  /** What runTx makes warm before it runs anything. @see EIP-2929, EIP-2930, EIP-3651 */
  #warm({ from, to, accessList = [] }: CallRequest): void {
    const { journal, precompiles } = this.#executor.evm
    if (!this.#executor.vm.common.isActivatedEIP(2929)) return
    for (const address of precompiles.keys()) journal.addAlwaysWarmAddress(address)
    for (const address of [from ?? new Uint8Array(20), to, this.#header.beneficiary]) {
      if (address !== undefined) journal.addAlwaysWarmAddress(address.toHex())
    }
    for (const [address, slots] of accessList) {
      journal.addAlwaysWarmAddress(address.toHex())
      for (const slot of slots) journal.addAlwaysWarmSlot(address.toHex(), slot.toHex())
    }
  }
}

function priceOf({ gasPrice, maxFeePerGas }: CallRequest): bigint {
  return gasPrice ?? maxFeePerGas ?? 0n
}

function unfunded(balance: bigint, cost: bigint): Fault {
  return new Fault(
    { code: 'READ_UNFUNDED', balance, cost },
    'insufficient funds for gas * price + value',
  )
}

function describe(error: string): NonNullable<CallResult['failure']> {
  return error === 'revert'
    ? { reason: 'reverted', message: 'execution reverted' }
    : { reason: 'halted', message: error }
}
