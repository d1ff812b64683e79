/** A whole flood: what is offered, what it cost, and the most that it may cost. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { limits } from '../../../chain/pool/limits.ts'
import { Wallet } from '../pars/wallet.ts'
import { Attack, clients, flood, FloodedNode, type FloodReport } from './flood.ts'

const mebibyte = 1024 * 1024
const attackers = 20

export interface CampaignReport extends FloodReport {
  readonly answers: ReadonlyMap<string, number>
  readonly verifications: number
  readonly most: FloodedNode['most']
  /** Verifications at once at most. */
  readonly width: number
  /** Bytes of memory after it that were not in use after its first round. */
  readonly kept: number
  /** Microseconds of processor time for each offer. */
  readonly each: number
}

/** @param total How many transactions are offered. */
export async function campaign(total: number, perRound: number): Promise<CampaignReport> {
  const [first, honest] = [new Wallet('first'), new Wallet('honest')]
  const rich = Array.from({ length: attackers }, (_, index) => new Wallet(`attacker ${index}`))
  const poor = Array.from({ length: attackers }, (_, index) => new Wallet(`poor ${index}`))
  const node = await FloodedNode.open([first, honest, ...rich])
  try {
    const attack = new Attack(node, rich, poor)
    const started = process.cpuUsage()
    const warm = await flood(node, attack, { honest: first, total: perRound, perRound })
    const before = memory()
    const rest = await flood(node, attack, { honest, total: total - perRound, perRound })
    const { user, system } = process.cpuUsage(started)
    await node.pool.settled()
    return {
      offered: warm.offered + rest.offered,
      rounds: warm.rounds + rest.rounds,
      delays: [...warm.delays, ...rest.delays],
      waits: [...warm.waits, ...rest.waits],
      answers: node.answers,
      verifications: node.verified,
      most: node.most,
      width: node.verifier.width,
      kept: memory() - before,
      each: (user + system) / total,
    }
  } finally {
    await node.close()
  }
}

/**
 * What a flood of this size may cost at most, by the limits of the pool: verifications by the rates of
 * the clients; memory by the hashes of forgeries, and the blocks of a store that is memory itself.
 */
export function ceilings({ rounds, width }: CampaignReport) {
  const entered = clients * (limits.clientBurst.value + limits.clientRate.value * rounds)
  const hashBytes = 256
  return {
    running: width,
    waiting: limits.verificationQueue.value + 7,
    size: attackers * limits.transactionsPerSender.value + 2,
    bytes: limits.bytes.value,
    verifications: entered + rounds,
    /** What the pool may hold by its own count is there after the first round. */
    kept: limits.rejected.value * hashBytes + 8 * mebibyte,
    blocks: 2,
    /** Each of the others has one turn before the honest one has its own. */
    turns: clients + width,
    /** Microseconds: decoding, hashing and, for one in two, verifying. */
    each: 400,
  }
}

/** What is above its ceiling, in words. */
export function excesses(report: CampaignReport): readonly string[] {
  const most = ceilings(report)
  const found: Readonly<Record<Exclude<keyof typeof most, 'each'>, number>> = {
    ...report.most,
    verifications: report.verifications,
    kept: report.kept,
    blocks: Math.max(...report.delays),
    turns: Math.max(...report.waits),
  }
  return Object.entries(found)
    .filter(([name, value]) => value > most[name as keyof typeof found])
    .map(([name, value]) => `${name}: ${value}, at most ${most[name as keyof typeof found]}`)
}

/** Bytes in use after a collection. */
export function memory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Buffers go with the collection after that of their objects.
  for (let times = 0; times < 3; times++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
