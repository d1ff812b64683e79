import { EVMError, type ExecResult, type Log } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'

/**
 * The one place that runs plugins: gas, static and delegate protection, faults and journaling for all
 * of them.
 *
 * @see PIP-0003; rules P1-P8
 */
import { concat, fixed, unhex, utf8 } from '#base'
import { type Precompile, PrecompileHalt, PrecompileRevert } from '#precompiles'

import { HostFault, hostCause } from './host-fault.ts'
import { limits } from './limits.ts'
import { type Payout, type PluginHost, type PluginMessage, PluginView } from './plugin-view.ts'
import { Suspend } from './suspend.ts'

/** A plugin did what no plugin may: threw something foreign, or returned no bytes. */
export interface Defect {
  /** name@version, or the address of a built-in precompile. */
  readonly where: string
  readonly error: unknown
}

export interface PluginCall {
  readonly plugin: Precompile
  readonly input: Uint8Array
  readonly gasLimit: bigint
  readonly message: PluginMessage
  /** Whether it runs as the caller's own code: DELEGATECALL or CALLCODE. */
  readonly borrowed: boolean
}

export interface PluginObserver {
  onDefect(defect: Defect): void
  onPayout(payout: Payout): void
}

type Ending =
  | { readonly status: 'returned'; readonly output: Uint8Array }
  | { readonly status: 'reverted'; readonly reason: string }
  | { readonly status: 'halted'; readonly reason: 'OUT_OF_GAS' | 'INVALID_OPCODE' }

const none = new Uint8Array(0)
/** As CALLDATACOPY. */
const copyGasPerWord = 3n

/** Runs one call. Rejects with HostFault only. */
export async function runPlugin(
  host: PluginHost,
  call: PluginCall,
  observer: PluginObserver,
): Promise<ExecResult> {
  const { plugin, gasLimit } = call
  const self = new Address(unhex(plugin.address))
  // Under DELEGATECALL the caller is the user whose contract lent itself: he authorised nothing.
  if (plugin.stateful && call.borrowed) return halted(gasLimit, 'INVALID_OPCODE')
  for (;;) {
    const view = new PluginView(host, self, call.message, gasLimit)
    await host.journal.checkpoint()
    const ending = attempt(call, view, observer)
    view.close()
    if (ending instanceof Suspend) {
      // State of earlier heights arrives later: from the checkpoint again, once it is here.
      await host.journal.revert()
      await ending.load
      continue
    }
    if (ending instanceof HostFault) throw ending
    if (ending.status !== 'returned') {
      await host.journal.revert()
      return ending.status === 'halted'
        ? halted(gasLimit, ending.reason)
        : reverted(view.gasUsed, ending.reason)
    }
    await view.settle()
    await host.journal.commit()
    for (const payout of view.payouts) observer.onPayout(payout)
    return returned(view.gasUsed, ending.output, view.logs)
  }
}

function attempt(
  { plugin, input, gasLimit, borrowed, message }: PluginCall,
  view: PluginView,
  observer: PluginObserver,
): Ending | HostFault | Suspend {
  try {
    const takesValueInVain = !plugin.stateful && !borrowed && message.value !== 0n
    const price = copyGas(input.length)
    if (price > gasLimit) return { status: 'halted', reason: 'OUT_OF_GAS' }
    view.charge(price)
    // A plugin without functions that take value would keep it for ever.
    if (takesValueInVain) return { status: 'halted', reason: 'INVALID_OPCODE' }
    // Its own copies: the input may lie in the caller's memory, and the price changes nothing.
    view.charge(plugin.gas(input.slice()))
    const own = input.slice()
    const output = plugin.stateful ? plugin.run(own, view) : plugin.run(own)
    if (view.ending !== undefined) throw view.ending
    if (!(output instanceof Uint8Array)) throw new TypeError('a plugin returns bytes')
    return { status: 'returned', output }
  } catch (error) {
    return endingOf(view.ending ?? error, view, (defect) => {
      observer.onDefect({ where: `${plugin.name}@${plugin.version}`, error: defect })
    })
  }
}

/**
 * What a plugin's copy of its input costs beyond what the call itself pays for: without it a
 * contract could have megabytes copied for the price of a call.
 */
function copyGas(bytes: number): bigint {
  const paidFor = limits.freeInput.value
  return bytes <= paidFor ? 0n : copyGasPerWord * BigInt(Math.ceil((bytes - paidFor) / 32))
}

function endingOf(
  error: unknown,
  view: PluginView,
  report: (error: unknown) => void,
): Ending | HostFault | Suspend {
  if (error instanceof Suspend || error instanceof HostFault) return error
  if (error instanceof PrecompileRevert) return { status: 'reverted', reason: error.message }
  if (error instanceof PrecompileHalt) {
    return { status: 'halted', reason: view.isOutOfGas ? 'OUT_OF_GAS' : 'INVALID_OPCODE' }
  }
  const cause = hostCause(error)
  if (cause !== undefined) return new HostFault(cause, error)
  report(error)
  return { status: 'halted', reason: 'INVALID_OPCODE' }
}

function returned(gas: bigint, output: Uint8Array, logs: Log[]): ExecResult {
  return { executionGasUsed: gas, returnValue: output, logs }
}

function halted(gas: bigint, reason: 'OUT_OF_GAS' | 'INVALID_OPCODE'): ExecResult {
  const exceptionError = new EVMError(EVMError.errorMessages[reason])
  return { executionGasUsed: gas, returnValue: none, exceptionError }
}

/** Solidity's `Error(string)`. */
const errorSelector = unhex('0x08c379a0')

function reverted(gas: bigint, reason: string): ExecResult {
  const text = utf8(reason)
  const rest = new Uint8Array((32 - (text.length % 32)) % 32)
  return {
    executionGasUsed: gas,
    returnValue: concat(errorSelector, fixed(32, 32), fixed(text.length, 32), text, rest),
    exceptionError: new EVMError(EVMError.errorMessages.REVERT),
  }
}
