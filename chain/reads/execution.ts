/**
 * The common opening of everything that runs code beside execution proper: calls, estimates, traces
 * and simulations.
 */
import type { Common } from '@ethereumjs/common'

import { blockForVm, type OpenHeader, type VmBlock } from '../block/apply.ts'
import { readHeader } from '../block/sealed.ts'
import type { Overrides } from '../call-port.ts'
import { createExecutor, type Executor } from '../evm/index.ts'
import { State, type StateSource } from '../state/index.ts'
import { hashOf, type ReadContext, stateAt } from './context.ts'
import { overriddenHeader, overrideState } from './overrides.ts'

export interface ExecutionInit<Of extends OpenHeader = OpenHeader> {
  /** The block that code finds itself in. */
  readonly header: Of
  /** The state that it begins with. */
  readonly source: StateSource
  readonly overrides?: Overrides | undefined
  /** Nobody pays for gas: BASEFEE is zero, so that it is not above GASPRICE. */
  readonly isFree?: boolean
  /** The hash of an earlier block; the stored chain's by default. */
  readonly blockHash?: (number: bigint) => Uint8Array | undefined
}

/** A block on a state of its own, ready to run messages and transactions. */
export interface Execution<Of extends OpenHeader = OpenHeader> {
  readonly state: State
  readonly executor: Executor
  readonly rules: Common
  /** With the overrides of the block in it. */
  readonly header: Of
  /** What `runCall` and `runTx` take as the block. */
  readonly vmBlock: VmBlock
}

/** An execution with nothing in it yet: the plugins are those that the state has accounts for. */
export function createExecution<Of extends OpenHeader>(
  context: ReadContext,
  state: State,
  init: Omit<ExecutionInit<Of>, 'source'>,
): Execution<Of> {
  const { profile } = context
  const block = init.overrides?.block ?? {}
  const header = overriddenHeader(init.header, block)
  const rules = profile.rules(header)
  const executor = createExecutor({
    rules,
    state,
    blockHash: (number) =>
      init.blockHash?.(number) ?? hashOf(context, number) ?? new Uint8Array(32),
    observer: { onDefect() {}, onPayout() {} },
    interrupt: () => context.interrupt.check(),
    ...profile.engines,
  })
  const shown = init.isFree === true ? { ...header, baseFeePerGas: 0n } : header
  const blobBaseFee = block.blobBaseFee ?? profile.blobGasPrice?.(header)
  const vmBlock = blockForVm(shown, rules, blobBaseFee)
  executor.context = {
    networkId: profile.genesisHash,
    envelope: undefined,
    height: header.number,
    timestamp: header.timestamp,
  }
  return { state, executor, rules, header, vmBlock }
}

/**
 * For messages on the state after a block, as if at its end: the plugins of that block are active,
 * nothing runs before.
 */
export async function openExecution<Of extends OpenHeader>(
  context: ReadContext,
  init: ExecutionInit<Of>,
): Promise<Execution<Of>> {
  const execution = createExecution(context, new State(init.source), init)
  const { executor, state, header } = execution
  executor.setActive(await context.profile.plugins(state, header))
  const overrides = init.overrides?.state ?? []
  if (overrides.length > 0)
    await overrideState({ ...execution, profile: context.profile }, overrides)
  return execution
}

/**
 * A stored block made again, up to its first transaction: its parent's state, with what the block
 * does before them. For each transaction in turn, `profile.blocks.prepare` and then
 * `applyTransaction`. Throws `STATE_PRUNED`.
 *
 * @param header Of a block that has a parent.
 */
export async function reopenBlock<Of extends OpenHeader>(
  context: ReadContext,
  header: Of,
): Promise<Execution<Of>> {
  const state = new State(stateAt(context, header.number - 1n))
  const execution = createExecution(context, state, { header })
  const parent = readHeader(context.reader, header.number - 1n)
  if (parent === undefined) throw new TypeError('a block with a state before it has a parent')
  await context.profile.blocks.begin(execution, parent.header)
  return execution
}
