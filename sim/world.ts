import { Timeline } from '#base'
import {
  Committee,
  type Constants,
  type Digest,
  type Epoch,
  firstClosingHash,
  type Parameters,
  parameters,
} from '#consensus'

import { Dice } from './dice.ts'
import { Disk } from './disk.ts'
import { Execution } from './execution.ts'
import type { Message, Participant } from './message.ts'
import { Network } from './network.ts'
import { maySignTwice, nodesWith, type Scenario } from './scenario.ts'
import { hashSignatures, type Signatures } from './signatures.ts'
import { Watch } from './watch.ts'

/** What nodes stand on; a mutant brings a worse one. */
export interface Ports {
  readonly signatures: Signatures
  disk(): Disk
  /** @param blocksPerCommit As `Scenario.heights`. */
  execution(blocksPerCommit: number): Execution
}

export const soundPorts: Ports = {
  signatures: hashSignatures(),
  disk: () => new Disk(),
  execution: (blocksPerCommit) => new Execution(blocksPerCommit),
}

const genesisHash: Digest = '42'.repeat(32)
const startMs = 1_000_000

/** Everything that the nodes of one run share. */
export class World {
  readonly scenario: Scenario
  readonly ports: Ports
  readonly epoch: Epoch
  readonly constants: Constants
  readonly parameters: Parameters
  readonly timeline = new Timeline(startMs)
  readonly dice: Dice
  readonly network: Network
  readonly watch: Watch
  readonly participants = new Map<number, Participant>()
  readonly #peers = new Map<string, Participant>()

  constructor(scenario: Scenario, ports: Ports) {
    const { seed, stakes, links, constants, faults } = scenario
    const faulty = nodesWith(faults, maySignTwice)
    this.scenario = scenario
    this.ports = ports
    this.epoch = {
      chainId: 7227n,
      genesisHash,
      closing: firstClosingHash(genesisHash),
      committee: committeeOf(stakes, ports.signatures),
      startMs,
    }
    this.constants = constants
    this.parameters = { ...parameters, ...scenario.parameters }
    this.dice = new Dice(seed, 2)
    this.network = new Network(this.timeline, new Dice(seed, 3), links)
    this.watch = new Watch({
      size: stakes.length,
      gcDepth: constants.gcDepth,
      faulty,
      diverging: nodesWith(faults, ({ kind }) => kind === 'divergence'),
      suspects: new Set([...faulty].flatMap((author) => [peerOf(author), twinOf(author)])),
      now: () => this.time,
    })
  }

  /** Milliseconds since the start of the world. */
  get time(): number {
    return this.timeline.now - startMs
  }

  join(participant: Participant): void {
    this.participants.set(participant.index, participant)
    this.#peers.set(participant.peer, participant)
  }

  leave(participant: Participant): void {
    this.#peers.delete(participant.peer)
    this.participants.delete(participant.index)
  }

  byPeer(peer: string): Participant | undefined {
    return this.#peers.get(peer)
  }

  send(from: Participant, to: Participant | undefined, message: Message): void {
    if (to === undefined || to === from) return
    this.network.send(from.index, to.index, () => {
      if (to.isUp) to.receive(from, message)
    })
  }

  broadcast(from: Participant, message: Message): void {
    for (const to of this.participants.values()) this.send(from, to, message)
  }

  /** Runs until `time` in milliseconds since the start. */
  run(time: number): void {
    let isMore = true
    while (isMore) isMore = this.step(time)
  }

  /** Nobody waits for `work`: what it throws ends the run. */
  follow(work: Promise<unknown> | undefined): void {
    work?.catch((error: unknown) => this.watch.hold(error))
  }

  /** Runs the next task that is due by `time`; whether there was one. */
  step(time: number): boolean {
    const task = this.timeline.take(startMs + time)
    task?.()
    return task !== undefined
  }
}

export function peerOf(author: number): string {
  return `validator ${author}`
}

export function twinOf(author: number): string {
  return `twin ${author}`
}

function committeeOf(stakes: readonly number[], signatures: Signatures): Committee {
  return new Committee(
    0,
    stakes.map((stake, author) => ({
      publicKey: signatures.publicKey(author),
      stake: BigInt(stake),
      account: new Uint8Array(20).fill(author),
      peerId: peerOf(author),
    })),
  )
}
