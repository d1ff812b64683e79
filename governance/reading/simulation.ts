/**
 * What the actions of a PIP would do now: each as the Timelock would make it, known to be part of
 * that PIP, one after the other.
 */
import { concat, equal, fixed, hex, unhex } from '#base'
import type { SimulatedCall, SimulationRequest, StateOverride } from '#chain'
import { parsGovernor, parsTimelock, pipRegistry } from '#contracts'
import { keccak256 } from '#crypto'

import { encodeArguments } from '../abi/encode.ts'
import { parseType } from '../abi/type.ts'
import { describeRevert, type Emitted, readEvent } from './artifacts.ts'
import type { PipSummary, ReadAction } from './pips.ts'

/** Where contracts keep what a simulation gives them (contracts/artifacts, "storage"). */
export const slots = {
  /** Of ParsTimelock, by operation: from when it may be executed. */
  timestamps: 1n,
  /** Of ParsGovernor, by operation. */
  proposalOf: 10n,
  /** Of PIPRegistry, by proposal. */
  numberOf: 3n,
} as const

export interface SimulatedAction {
  readonly action: ReadAction
  readonly hasSucceeded: boolean
  readonly gasUsed: bigint
  /** What it was stopped by, in words; undefined where it succeeded. */
  readonly reason: string | undefined
  /** What it reverted with. */
  readonly output: Uint8Array
  /** Its own and those of the contracts that it calls; moves of coins as ERC-7528 has them. */
  readonly logs: readonly (Emitted & { readonly text: string | undefined })[]
}

const timelock = unhex(parsTimelock.address)
const types = ['address[]', 'uint256[]', 'bytes[]', 'bytes32', 'bytes32'].flatMap(
  (type) => parseType(type) ?? [],
)
const canonical = 'executeBatch(address[],uint256[],bytes[],bytes32,bytes32)'
const selector = keccak256(new TextEncoder().encode(canonical)).subarray(0, 4)
/** Later than the mark of what is done, and past. */
const ready = fixed(2, 32)

/** One call of the Timelock for each action. Whoever executes may bring coins; here nobody does. */
export function simulationOf(
  { number, proposalId }: Pick<PipSummary, 'number' | 'proposalId'>,
  actions: readonly ReadAction[],
): SimulationRequest {
  // No hash is that small: before the vote the number stands for the proposal.
  const proposal = fixed(proposalId ?? BigInt(number), 32)
  const batches = actions.map(batchOf)
  const operations = batches.map((batch) => keccak256(batch))
  const state: StateOverride[] = [
    at(
      timelock,
      operations.map((one) => [place(one, slots.timestamps), ready]),
    ),
    at(
      unhex(parsGovernor.address),
      operations.map((one) => [place(one, slots.proposalOf), proposal]),
    ),
    at(unhex(pipRegistry.address), [[place(proposal, slots.numberOf), fixed(number, 32)]]),
  ]
  const calls = batches.map((batch) => ({ to: timelock, data: concat(selector, batch) }))
  return { blocks: [{ state, calls }], validation: false, traceTransfers: true }
}

/** What the calls of `simulationOf` came to. */
export function readSimulation(
  actions: readonly ReadAction[],
  calls: readonly SimulatedCall[],
): readonly SimulatedAction[] {
  return actions.flatMap((action, index) => {
    const call = calls[index]
    return call === undefined ? [] : [resultOf(action, call)]
  })
}

function resultOf(action: ReadAction, { failure, output, gasUsed, logs }: SimulatedCall) {
  const isReverted = failure?.reason === 'reverted'
  return {
    action,
    hasSucceeded: failure === undefined,
    gasUsed,
    reason: isReverted ? (describeRevert(output) ?? failure.message) : failure?.message,
    output: isReverted ? output : new Uint8Array(0),
    // The Timelock's own word that it made the call says nothing about it.
    logs: logs
      .filter((log) => !isExecution(log))
      .map((log) => ({ ...log, text: readEvent(log)?.text })),
  }
}

function isExecution(log: Emitted): boolean {
  return equal(log.address, timelock) && readEvent(log)?.name === 'CallExecuted'
}

/** As the Timelock hashes it. The place among others keeps equal actions apart. */
function batchOf({ target, value, data }: ReadAction, index: number): Uint8Array {
  return encodeArguments(types, [
    [hex(target)],
    [value],
    [hex(data)],
    hex(new Uint8Array(32)),
    hex(fixed(index, 32)),
  ])
}

/** Of a mapping's entry. @see Solidity, "Layout of State Variables in Storage" */
export function place(key: Uint8Array, slot: bigint): Uint8Array {
  return keccak256(concat(key, fixed(slot, 32)))
}

function at(
  address: Uint8Array,
  stateDiff: readonly (readonly [Uint8Array, Uint8Array])[],
): StateOverride {
  return { address, stateDiff }
}
