/**
 * What the actions of a PIP would do now: each as the Timelock would make it, known to be part of
 * that PIP, one after the other.
 */
import { concat, equal, fixed, hex, unhex } from '#base'
import type { SimulatedCall, SimulationRequest, StateOverride } from '#chain'
import { actionTiers, parsGovernor, parsTimelock, pipRegistry } from '#contracts'
import { keccak256 } from '#crypto'
import type { StateCall } from '#precompiles'

import type { Argument } from '../abi/argument.ts'
import { encodeArguments } from '../abi/encode.ts'
import { parseType } from '../abi/type.ts'
import type { Call } from '../pip/calls.ts'
import { describeRevert, type Emitted, readEvent } from './artifacts.ts'
import { ContractReader } from './contract.ts'
import type { ReadAction } from './pips.ts'
import { signatureHash } from './value.ts'

/** Where contracts keep what a simulation gives them (contracts/artifacts, "storage"). */
export const slots = {
  /** Of ParsTimelock, by operation: from when it may be executed. */
  timestamps: 1n,
  /** Of ParsGovernor, by proposal: whose it is and when its vote began. */
  proposals: 4n,
  /** Of ParsGovernor, by proposal: what it runs under. */
  terms: 9n,
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
const governor = unhex(parsGovernor.address)
const registry = unhex(pipRegistry.address)
const types = ['address[]', 'uint256[]', 'bytes[]', 'bytes32', 'bytes32'].flatMap(
  (type) => parseType(type) ?? [],
)
const canonical = 'executeBatch(address[],uint256[],bytes[],bytes32,bytes32)'
const selector = keccak256(new TextEncoder().encode(canonical)).subarray(0, 4)
/** Later than the mark of what is done, and past. */
const ready = fixed(2, 32)
/** A proposal whose vote begins so late that it does not expire: the time stands above its author. */
const unexpired = fixed(1n << (160n + 40n), 32)

interface Simulated {
  readonly number: number
  /** That of its proposal, or what `neededTier` says before there is one. */
  readonly tier: number
}

/** What the actions need now, whatever their author says. */
export async function neededTier(call: StateCall, actions: readonly Call[]): Promise<number> {
  const tiers = new ContractReader(actionTiers, call)
  return Number(await tiers.ask<bigint>('tierOf', batchArguments(actions)))
}

/** Targets, values and calldatas, as contracts take them. */
export function batchArguments(calls: readonly Call[]): readonly [Argument, Argument, Argument] {
  return [
    calls.map(({ target }) => hex(target)),
    calls.map(({ value }) => value),
    calls.map(({ data }) => hex(data)),
  ]
}

/**
 * The execution of a PIP, as one call of the Timelock with all of its actions and the note that they
 * ran; and its actions one by one, which says of each what it does. Whoever executes may bring coins;
 * here nobody does.
 */
export function simulationsOf(
  pip: Simulated,
  actions: readonly Call[],
): { readonly whole: SimulationRequest; readonly each: SimulationRequest } {
  const noted = signatureHash('onExecuted', [{ name: 'number', type: 'uint256' }]).subarray(0, 4)
  const note = { target: registry, value: 0n, data: concat(noted, fixed(pip.number, 32)) }
  return {
    whole: requestOf(pip, [batchOf([...actions, note])]),
    each: requestOf(
      pip,
      actions.map((action, index) => batchOf([action], index)),
    ),
  }
}

/** Each batch as an operation of the PIP that may be executed. */
function requestOf({ number, tier }: Simulated, batches: readonly Uint8Array[]): SimulationRequest {
  // No hash is that small: the number stands for a proposal that may be executed.
  const proposal = fixed(number, 32)
  const operations = batches.map((batch) => keccak256(batch))
  const state: StateOverride[] = [
    at(
      timelock,
      operations.map((one) => [place(one, slots.timestamps), ready]),
    ),
    at(governor, [
      ...operations.map((one) => [place(one, slots.proposalOf), proposal] as const),
      [place(proposal, slots.proposals), unexpired],
      // The tier is the last byte of the first word.
      [place(proposal, slots.terms), fixed(tier, 32)],
    ]),
    at(registry, [[place(proposal, slots.numberOf), fixed(number, 32)]]),
  ]
  const calls = batches.map((batch) => ({ to: timelock, data: concat(selector, batch) }))
  return { blocks: [{ state, calls }], validation: false, traceTransfers: true }
}

/** What stopped a call, in words; undefined where it succeeded. */
export function failureOf({ failure, output }: SimulatedCall): string | undefined {
  if (failure?.reason !== 'reverted') return failure?.message
  return describeRevert(output) ?? failure.message
}

/** What the calls of `each` came to. */
export function readSimulation(
  actions: readonly ReadAction[],
  calls: readonly SimulatedCall[],
): readonly SimulatedAction[] {
  return actions.flatMap((action, index) => {
    const call = calls[index]
    return call === undefined ? [] : [resultOf(action, call)]
  })
}

function resultOf(action: ReadAction, call: SimulatedCall): SimulatedAction {
  const { failure, output, gasUsed, logs } = call
  return {
    action,
    hasSucceeded: failure === undefined,
    gasUsed,
    reason: failureOf(call),
    output: failure?.reason === 'reverted' ? output : new Uint8Array(0),
    // The Timelock's own word that it made the call says nothing about it.
    logs: logs
      .filter((log) => !isExecution(log))
      .map((log) => ({ ...log, text: readEvent(log)?.text })),
  }
}

function isExecution(log: Emitted): boolean {
  return equal(log.address, timelock) && readEvent(log)?.name === 'CallExecuted'
}

/** As the Timelock hashes it. Its place among others keeps equal ones apart. */
function batchOf(calls: readonly Call[], index = 0): Uint8Array {
  return encodeArguments(types, [
    ...batchArguments(calls),
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
