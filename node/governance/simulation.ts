/**
 * What a PIP would do if it were executed now: its batch runs through the Timelock on the state of
 * the newest block, in one transaction that nobody sends.
 */
import { concat, fixed, hex, type Hex, quantity, unhex, utf8 } from '#base'
import { systemContracts } from '#contracts'
import { keccak256 } from '#crypto'
import type { Call } from '#governance'

import { bytesIn, fieldsIn, listIn, quantityIn, type RpcAsker, textIn } from '../rpc-client.ts'
import { argumentsOf, errorIn, type Log, plainValue, type Value } from './abi.ts'
import { batchOf, callText } from './actions.ts'
import { governor, registry, timelock } from './contracts.ts'
import type { Present } from './present.ts'
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

/** Slots of mappings. @see contracts/artifacts */
export const slots = {
  timelockTimestamps: 1n,
  governorProposalOf: 10n,
  registryNumberOf: 3n,
} as const

/** Of no proposal that there can be: it stands for the one that would run. */
const proposalId = 1n
const salt = hex(new Uint8Array(32))

export async function simulate(
  { rpc, now }: Present,
  number: number,
  calls: readonly Call[],
): Promise<Simulation> {
  const noted = registry.call('onExecuted', [BigInt(number)])
  const last: Call = { target: unhex(noted.to), value: 0n, data: unhex(noted.data) }
  const batch = [...calls, last]
  const run = await runBatch(rpc, number, batch, now)
  const { gasUsed } = run
  if (run.reason !== undefined) {
    const action = await failingAction(rpc, number, batch, now)
    return { failure: { action, reason: run.reason }, gasUsed, actions: [], changes: [] }
  }
  const actions = calls.map((call, index) => ({
    action: callText(call),
    events: (run.events[index] ?? []).map(eventOf),
  }))
  const changes = await changesOf(rpc, await request(rpc, number, batch), now)
  return { failure: undefined, gasUsed, actions, changes }
}

/** The first action that fails after those before it. */
async function failingAction(
  rpc: RpcAsker,
  number: number,
  batch: readonly Call[],
  now: bigint,
): Promise<string> {
  for (let length = 1; length < batch.length; length++) {
    const { reason } = await runBatch(rpc, number, batch.slice(0, length), now)
    const failing = batch[length - 1]
    if (reason !== undefined && failing !== undefined) return callText(failing)
  }
  return `PIPRegistry.onExecuted [${number}]`
}

interface Run {
  readonly reason: string | undefined
  readonly gasUsed: bigint
  /** By action. */
  readonly events: readonly (readonly Log[])[]
}

async function runBatch(
  rpc: RpcAsker,
  number: number,
  batch: readonly Call[],
  now: bigint,
): Promise<Run> {
  const { call, stateOverrides } = await request(rpc, number, batch)
  const blockOverrides = { time: quantity(now) }
  const payload = { blockStateCalls: [{ blockOverrides, stateOverrides, calls: [call] }] }
  const [block] = listIn(await rpc.ask('eth_simulateV1', payload, 'latest'))
  const [result] = listIn(fieldsIn(block)['calls'])
  const { status, gasUsed, logs, error } = fieldsIn(result)
  const isDone = quantityIn(status) === 1n
  return {
    reason: isDone ? undefined : reasonIn(error),
    gasUsed: quantityIn(gasUsed),
    events: byAction(listIn(logs).map(logIn)),
  }
}

/** The Timelock's batch, and what makes it ready, of the PIP and alone. */
async function request(rpc: RpcAsker, number: number, batch: readonly Call[]): Promise<Unsent> {
  const args = [...batchOf(batch), salt, salt]
  const operation = await timelock.ask<Hex>(rpc, 'hashOperationBatch', args)
  const { to, data } = timelock.call('executeBatch', args)
  const state = (key: Hex, slot: bigint, value: bigint) => ({
    stateDiff: { [hex(keccak256(concat(unhex(key), fixed(slot, 32))))]: word(value) },
  })
  const stateOverrides = {
    // One is an operation that is done, and what is more the second from which on it may run.
    [timelock.artifact.address]: state(operation, slots.timelockTimestamps, 2n),
    [governor.artifact.address]: state(operation, slots.governorProposalOf, proposalId),
    [registry.artifact.address]: state(word(proposalId), slots.registryNumberOf, BigInt(number)),
  }
  return { call: { from: governor.artifact.address, to, data }, stateOverrides }
}

function word(value: bigint): Hex {
  return hex(fixed(value, 32))
}

/** The Timelock says after each action that it ran. */
function byAction(logs: readonly Log[]): readonly (readonly Log[])[] {
  const actions: Log[][] = [[]]
  for (const log of logs) {
    if (isCallExecuted(log)) actions.push([])
    else actions.at(-1)?.push(log)
  }
  return actions
}

const callExecuted = hex(keccak256(utf8('CallExecuted(bytes32,uint256,address,uint256,bytes)')))

function isCallExecuted({ address, topics: [first] }: Log): boolean {
  return address === timelock.artifact.address && first !== undefined && hex(first) === callExecuted
}

function eventOf(log: Log): SimulatedEvent {
  const contract = systemContracts.find(({ address }) => address === log.address)
  for (const entry of contract?.abi ?? []) {
    const values = argumentsOf(entry, log)
    if (values === undefined || !('name' in entry)) continue
    return { contract: contract?.contractName ?? log.address, event: entry.name, values }
  }
  const values = { topics: log.topics.map((topic) => hex(topic)), data: hex(log.data) }
  return { contract: contract?.contractName ?? log.address, event: undefined, values }
}

function logIn(value: unknown): Log {
  const { address, topics, data } = fieldsIn(value)
  return {
    address: hex(bytesIn(address, 20)),
    topics: listIn(topics).map((topic) => bytesIn(topic, 32)),
    data: bytesIn(data),
  }
}

function reasonIn(error: unknown): string {
  const { message, data } = fieldsIn(error)
  const found = typeof data === 'string' ? errorIn(bytesIn(data), systemContracts) : undefined
  if (found === undefined) return textIn(message)
  const facts = Object.entries(found.facts).map(
    ([name, value]) => `${name} ${JSON.stringify(plainValue(value))}`,
  )
  return [`${found.contract}: ${found.name}`, ...facts].join(', ')
}
