/**
 * What a PIP would do if it were executed now: its batch runs through the Timelock on the state of
 * the newest block, in one transaction that nobody sends.
 */
import { equal, hex, type Hex, quantity, unhex } from '#base'
import type { SimulationRequest } from '#chain'
import { systemContracts } from '#contracts'
import {
  type Call,
  type Emitted,
  neededTier,
  readError,
  readEvent,
  simulationsOf,
  type Value,
} from '#governance'

import { bytesIn, fieldsIn, listIn, quantityIn, type RpcAsker, textIn } from '../rpc-client.ts'
import { plainValue } from './abi.ts'
import { callText } from './actions.ts'
import { timelock } from './contracts.ts'
import { type Present, presentOf } from './present.ts'
import { type Change, changesOf, type Unsent } from './state-changes.ts'

export interface SimulatedEvent {
  /** The name of a system contract, or an address. */
  readonly contract: string
  /** Undefined for one that no system contract describes. */
  readonly event: string | undefined
  readonly values: Readonly<Record<string, Value>>
}

interface SimulatedAction {
  readonly action: string
  readonly events: readonly SimulatedEvent[]
}

export interface Simulation {
  readonly failure: { readonly action: string; readonly reason: string } | undefined
  readonly gasUsed: bigint
  readonly actions: readonly SimulatedAction[]
  /** What the state changes in; undefined where the node offers no traces. */
  readonly changes: readonly Change[] | undefined
}

export async function simulate(
  { rpc, now, call }: Present,
  number: number,
  calls: readonly Call[],
): Promise<Simulation> {
  const tier = await neededTier(call, calls)
  const { whole, each } = simulationsOf({ number, tier }, calls)
  const [run] = await runsOf(rpc, whole)
  const { gasUsed = 0n, reason, events = [] } = run ?? {}
  if (reason !== undefined) {
    const runs = await runsOf(rpc, each)
    const failing = calls[runs.findIndex((one) => one.reason !== undefined)]
    const action = failing === undefined ? `PIPRegistry.onExecuted [${number}]` : callText(failing)
    return { failure: { action, reason }, gasUsed, actions: [], changes: [] }
  }
  const actions = calls.map((one, index) => ({
    action: callText(one),
    events: (events[index] ?? []).map(simulatedEvent),
  }))
  const changes = await changesOf(rpc, unsentOf(whole), now)
  return { failure: undefined, gasUsed, actions, changes }
}

interface Run {
  readonly reason: string | undefined
  readonly gasUsed: bigint
  /** By action. */
  readonly events: readonly (readonly Emitted[])[]
}

/** Of each call. */
async function runsOf(rpc: RpcAsker, request: SimulationRequest): Promise<readonly Run[]> {
  // Asked for again: a block may have come since, and the next one is not before it.
  const { now } = await presentOf(rpc)
  const blockStateCalls = request.blocks.map((block) => ({
    blockOverrides: { time: quantity(now) },
    stateOverrides: overridesOf(block),
    calls: block.calls.map(callOf),
  }))
  const blocks = listIn(await rpc.ask('eth_simulateV1', { blockStateCalls }, 'latest'))
  return blocks.flatMap((block) => listIn(fieldsIn(block)['calls']).map(runOf))
}

function runOf(result: unknown): Run {
  const { status, gasUsed, logs, error } = fieldsIn(result)
  return {
    reason: quantityIn(status) === 1n ? undefined : reasonIn(error),
    gasUsed: quantityIn(gasUsed),
    events: byAction(listIn(logs).map(logIn)),
  }
}

/** The only call of `whole`, on the state that it has. */
function unsentOf({ blocks: [block] }: SimulationRequest): Unsent {
  const [call] = block?.calls ?? []
  if (block === undefined || call === undefined) throw new TypeError('a simulation has a call')
  return {
    call: { from: timelock.artifact.address, ...callOf(call) },
    stateOverrides: overridesOf(block),
  }
}

type Block = SimulationRequest['blocks'][number]

function callOf({ to, data }: Block['calls'][number]): { readonly to: Hex; readonly data: Hex } {
  return { to: hex(to ?? unhex('0x')), data: hex(data ?? unhex('0x')) }
}

function overridesOf({ state = [] }: Block): Unsent['stateOverrides'] {
  return Object.fromEntries(
    state.map(({ address, stateDiff = [] }) => [
      hex(address),
      { stateDiff: Object.fromEntries(stateDiff.map(([slot, word]) => [hex(slot), hex(word)])) },
    ]),
  )
}

/** The Timelock says after each action that it ran. */
function byAction(logs: readonly Emitted[]): readonly (readonly Emitted[])[] {
  const actions: Emitted[][] = [[]]
  for (const log of logs) {
    if (isCallExecuted(log)) actions.push([])
    else actions.at(-1)?.push(log)
  }
  return actions
}

function isCallExecuted(log: Emitted): boolean {
  const isTimelock = equal(log.address, unhex(timelock.artifact.address))
  return isTimelock && readEvent(log)?.name === 'CallExecuted'
}

function simulatedEvent(log: Emitted): SimulatedEvent {
  const address = hex(log.address)
  const contract = systemContracts.find((one) => one.address === address)?.contractName ?? address
  const event = readEvent(log)
  if (event !== undefined) return { contract, event: event.name, values: event.args }
  const values = { topics: log.topics.map((topic) => hex(topic)), data: hex(log.data) }
  return { contract, event: undefined, values }
}

function logIn(value: unknown): Emitted {
  const { address, topics, data } = fieldsIn(value)
  return {
    address: bytesIn(address, 20),
    topics: listIn(topics).map((topic) => bytesIn(topic, 32)),
    data: bytesIn(data),
  }
}

function reasonIn(error: unknown): string {
  const { message, data } = fieldsIn(error)
  const found = typeof data === 'string' ? readError(bytesIn(data)) : undefined
  if (found === undefined) return textIn(message)
  const facts = Object.entries(found.args).map(
    ([name, value]) => `${name} ${JSON.stringify(plainValue(value))}`,
  )
  return [`${found.contract}: ${found.name}`, ...facts].join(', ')
}
