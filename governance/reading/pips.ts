/** PIPs as a network's registry and Governor have them. */
import { Fault, type Hex, unhex } from '#base'
import { parsGovernor, pipRegistry } from '#contracts'
import type { StateCall } from '#precompiles'

import { formatAction } from '../pip/actions.ts'
import { type Call, decodeCall } from '../pip/calls.ts'
import { type Category, categoryOf, type PipType, pipTypes } from '../pip/category.ts'
import { joinContent } from '../pip/content.ts'
import { namedContracts } from './artifacts.ts'
import { ContractReader, none, readEach } from './contract.ts'
import { readProposal, type Proposal } from './proposal.ts'

/** In the order of IPIPRegistry.Status. */
export const pipStatuses = [
  'Draft',
  'Review',
  'Voting',
  'Approved',
  'Rejected',
  'Implemented',
  'Withdrawn',
] as const
export type PipStatus = (typeof pipStatuses)[number]

/** Times are seconds since 1970. */
interface Revision {
  readonly type: PipType
  readonly title: string
  readonly contentHash: Hex
  /** Of the Markdown, in bytes. */
  readonly size: number
  readonly chunks: readonly Hex[]
  /** The agreement that its author takes the actions to need, 0 to 2. */
  readonly tier: number
  readonly submittedAt: number
}

export interface PipSummary extends Revision {
  readonly number: number
  /** Undefined where no category has that number yet. */
  readonly category: Category | undefined
  readonly author: Hex
  readonly status: PipStatus
  /** The current one; they count from 1. */
  readonly revision: number
  /** Undefined before. */
  readonly reviewEnds: number | undefined
  readonly proposalId: bigint | undefined
  readonly executedAt: number | undefined
  /** Ids of what its actions scheduled. */
  readonly upgrades: readonly number[]
}

/** A call, and how a PIP would write it; undefined where no contract of the genesis explains it. */
export interface ReadAction extends Call {
  readonly text: string | undefined
}

export interface PipState extends PipSummary {
  readonly actions: readonly ReadAction[]
  /** Undefined before the vote. */
  readonly proposal: Proposal | undefined
}

export interface PipText {
  readonly number: number
  readonly revision: number
  readonly title: string
  readonly contentHash: Hex
  readonly content: Uint8Array
}

/** As the contract returns it. */
interface RawPip {
  readonly number: bigint
  readonly author: Hex
  readonly status: bigint
  readonly revision: bigint
  readonly reviewEnds: bigint
  readonly proposalId: bigint
  readonly executedAt: bigint
  readonly upgrades: readonly bigint[]
  readonly current: RawRevision
}

interface RawRevision {
  readonly contentHash: Hex
  readonly size: bigint
  readonly tier: bigint
  readonly submittedAt: bigint
  readonly category: bigint
  readonly title: string
  readonly chunks: readonly Hex[]
}

interface RawActions {
  readonly targets: readonly Hex[]
  readonly values: readonly bigint[]
  readonly calldatas: readonly Hex[]
}

/** How many numbers are taken, and the PIPs from the `start`th taken on, at most `most`. */
export async function listPips(
  call: StateCall,
  start: number,
  most: number,
): Promise<{ readonly total: number; readonly pips: readonly PipSummary[] }> {
  const registry = new ContractReader(pipRegistry, call)
  const total = Number(await registry.ask<bigint>('count'))
  const length = Math.max(0, Math.min(most, total - start))
  const pips = await readEach(length, async (index) => {
    const number = await registry.ask<bigint>('numberAt', [BigInt(start + index)])
    return summaryOf(await registry.ask<RawPip>('pip', [number]))
  })
  return { total, pips }
}

/** Undefined for a number that nobody took. */
export async function findPip(call: StateCall, number: number): Promise<PipSummary | undefined> {
  const registry = new ContractReader(pipRegistry, call)
  const found = await registry.find<RawPip>('pip', [BigInt(number)], ['UnknownPIP'])
  return found === none ? undefined : summaryOf(found)
}

/** With its actions and its vote. Undefined for a number that nobody took. */
export async function readPip(call: StateCall, number: number): Promise<PipState | undefined> {
  const found = await findPip(call, number)
  if (found === undefined) return undefined
  const { revision, proposalId } = found
  const [actions, proposal] = await Promise.all([
    readActions(call, number, revision),
    proposalId === undefined
      ? undefined
      : readProposal(new ContractReader(parsGovernor, call), proposalId),
  ])
  return { ...found, actions, proposal }
}

/** In their order. Throws `GOVERNANCE_READ_REFUSED` for a revision that there is not. */
async function readActions(
  call: StateCall,
  number: number,
  revision: number,
): Promise<readonly ReadAction[]> {
  const registry = new ContractReader(pipRegistry, call)
  const args = [BigInt(number), BigInt(revision)]
  const { targets, values, calldatas } = await registry.ask<RawActions>('actionsOf', args)
  return targets.map((target, index) => {
    const one = {
      target: unhex(target),
      value: values[index] ?? 0n,
      data: unhex(calldatas[index] ?? '0x'),
    }
    const action = decodeCall(one, namedContracts)
    return { ...one, text: action && formatAction(action) }
  })
}

/**
 * The Markdown of a revision, the current one unless given, checked against its hash. Undefined for
 * what there is not. Throws `GOVERNANCE_CONTENT_MISMATCH`.
 */
export async function readPipText(
  call: StateCall,
  number: number,
  revision?: number,
): Promise<PipText | undefined> {
  const wanted = revision ?? (await findPip(call, number))?.revision
  if (wanted === undefined) return undefined
  const registry = new ContractReader(pipRegistry, call)
  const args = [BigInt(number), BigInt(wanted)]
  const absent = ['UnknownPIP', 'UnknownRevision']
  const found = await registry.find<RawRevision>('revisionOf', args, absent)
  if (found === none) return undefined
  const { title, contentHash, size } = revisionOf(found)
  const bytes = unhex(await registry.ask<Hex>('content', args))
  const content = joinContent({ hash: unhex(contentHash), size }, [bytes])
  return { number, revision: wanted, title, contentHash, content }
}

function summaryOf(raw: RawPip): PipSummary {
  const { author, proposalId, upgrades, current } = raw
  const number = Number(raw.number)
  return {
    number,
    category: categoryOf(number),
    author,
    status: statusOf(raw.status),
    revision: Number(raw.revision),
    ...revisionOf(current),
    reviewEnds: Number(raw.reviewEnds) || undefined,
    proposalId: proposalId || undefined,
    executedAt: Number(raw.executedAt) || undefined,
    upgrades: upgrades.map(Number),
  }
}

function revisionOf(raw: RawRevision): Revision {
  const { title, contentHash, chunks } = raw
  const [size, tier, submittedAt] = [Number(raw.size), Number(raw.tier), Number(raw.submittedAt)]
  return { type: typeOf(raw.category), title, contentHash, size, chunks, tier, submittedAt }
}

function typeOf(index: bigint): PipType {
  const type = pipTypes[Number(index)]
  if (type !== undefined) return type
  throw unknownState(index)
}

function statusOf(index: bigint): PipStatus {
  const status = pipStatuses[Number(index)]
  if (status !== undefined) return status
  throw unknownState(index)
}

function unknownState(index: bigint): Fault {
  return new Fault(
    { code: 'GOVERNANCE_STATE_UNKNOWN', state: index },
    'the registry of this network knows more than this release: install a newer one',
  )
}
