/** Claims about answers of models as clients see them. */
import { hex, type Hex, unhex } from '#base'

import { type NameIn, nameIn, namesIn, PrecompileReader, type StateCall } from '../reader.ts'
import * as questions from './questions.ts'
import {
  challengeStatuses as challengeTable,
  claimStatuses as claimTable,
  type Moment,
  turns as turnTable,
} from './record.ts'

export const claimStatuses: readonly ClaimStatus[] = namesIn(claimTable)
export type ClaimStatus = NameIn<typeof claimTable>

export const challengeStatuses: readonly ChallengeStatus[] = namesIn(challengeTable)
export type ChallengeStatus = NameIn<typeof challengeTable>

/** Whose move it is, and what. */
export const challengeTurns: readonly ChallengeTurn[] = namesIn(turnTable)
export type ChallengeTurn = NameIn<typeof turnTable>

export interface Claim {
  readonly id: Hex
  readonly status: ClaimStatus
  readonly model: Hex
  readonly claimant: Hex
  /** Wei. */
  readonly bond: bigint
  readonly traceTop: Hex
  /** SHA3-256. */
  readonly inputHash: Hex
  /** SHA3-256. */
  readonly outputHash: Hex
  /** Challenges that are not decided. */
  readonly open: number
  /** Challenges ever made. */
  readonly challenges: number
  /** When it was made. */
  readonly since: Moment
}

export interface Challenge {
  readonly number: number
  readonly status: ChallengeStatus
  readonly turn: ChallengeTurn
  /** Of the hash in question: 0 is a leaf. */
  readonly level: number
  readonly index: number
  /** In question; while the challenger chooses, SHA3-256 of what was revealed. */
  readonly hash: Hex
  readonly challenger: Hex
  /** Wei. */
  readonly bond: bigint
  /** When the turn began. */
  readonly since: Moment
}

function reader(call: StateCall): PrecompileReader {
  const address = '0x0000000000000000000000000000000000000305'
  return new PrecompileReader('inference-claims', address, call)
}

/** Undefined for an id of no claim. */
export async function readClaim(call: StateCall, id: Hex): Promise<Claim | undefined> {
  const found = await reader(call).find(questions.claimOf, 'claims: unknown claim', unhex(id))
  if (found === undefined) return undefined
  const [status, model, claimant, bond, traceTop, inputHash, outputHash, ...counts] = found
  const [open, challenges, timestamp, height] = counts
  return {
    id,
    status: nameIn(claimTable, status),
    model: hex(model),
    claimant: hex(claimant),
    bond,
    traceTop: hex(traceTop),
    inputHash: hex(inputHash),
    outputHash: hex(outputHash),
    open: Number(open),
    challenges: Number(challenges),
    since: { timestamp, height },
  }
}

/** @param number From 1 on, of those that were made. */
export async function readChallenge(call: StateCall, id: Hex, number: number): Promise<Challenge> {
  const found = await reader(call).ask(questions.challengeOf, unhex(id), BigInt(number))
  const [status, turn, level, index, hash, challenger, bond, timestamp, height] = found
  return {
    number,
    status: nameIn(challengeTable, status),
    turn: nameIn(turnTable, turn),
    level: Number(level),
    index: Number(index),
    hash: hex(hash),
    challenger: hex(challenger),
    bond,
    since: { timestamp, height },
  }
}

/** How many were ever made. */
export async function countClaims(call: StateCall): Promise<number> {
  const [made] = await reader(call).ask(questions.count)
  return Number(made)
}

/** Their ids in the order of their making, behind the first `start`, at most 100. */
export async function listClaims(
  call: StateCall,
  start: number,
  most: number,
): Promise<readonly Hex[]> {
  const [ids] = await reader(call).ask(questions.list, BigInt(start), BigInt(most))
  return ids.map((id) => hex(id))
}
