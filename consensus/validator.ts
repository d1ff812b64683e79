/**
 * One node of consensus in one epoch: carries out what the core decides, through ports, and hands
 * the core what comes of it. Without a signer it follows: it verifies and executes like the others
 * and says nothing.
 */
import type { Timer } from '#base'
import { contexts } from '#protocol'

import { Checkpoints } from './checkpoint/checkpoints.ts'
import { type CheckpointCertificate, decodeCertificate } from './checkpoint/statement.ts'
import type { Block, BlockRef, Header } from './core/block.ts'
import type { Committee } from './core/committee.ts'
import type { Core, Status } from './core/core.ts'
import type { Effect, StoreRecord } from './core/effects.ts'
import type { Event, Peer } from './core/events.ts'
import type { Restored } from './core/restored.ts'
import { encodeBlock, unhexed } from './core/ssz.ts'
import type { Epoch } from './core/validity.ts'
import { Executor } from './executor.ts'
import { proveFinality, type ProvenBlock, type SignedAttestation } from './finality-proof.ts'
import { Journal } from './journal.ts'
import { type Opening, readOpening, type ValidatorInit } from './opening.ts'
import type { Ports, PushHandler, RequestHandler, TopicHandler } from './ports.ts'
import { Witness } from './recovery/witness.ts'
import type { Opened } from './store/open.ts'
import { Retention, type Retained } from './store/retention.ts'
import { Verifications } from './verifications.ts'
import { isBlame } from './wire/ask.ts'
import { Library } from './wire/library.ts'
import { Links } from './wire/links.ts'
import { blocksHandler, commitsHandler } from './wire/serve.ts'
import { Synchroniser } from './wire/synchroniser.ts'

export interface PeerStatus {
  readonly author: number
  readonly peer: Peer
  readonly isConnected: boolean
  /** Highest round that the member itself sent, and that this node kept. */
  readonly heard: number
}

export interface ValidatorStatus extends Status {
  /** Own index in the committee; undefined for a follower. */
  readonly author: number | undefined
  /** What the store was found to be at the start. */
  readonly store: 'intact' | 'unbegun' | 'damaged'
  readonly execution: 'running' | 'halted' | 'failed'
  readonly isRunning: boolean
  readonly peers: readonly PeerStatus[]
  readonly subscribers: number
  /** When the last commit was made, in milliseconds since 1970; undefined before the first. */
  readonly committedAt: number | undefined
  readonly retained: Retained
  /** Height of the newest certified checkpoint; 0 before the first. */
  readonly checkpoint: number
}

export class Validator {
  readonly pushes: readonly PushHandler[]
  readonly requests: readonly RequestHandler[]
  readonly topics: readonly TopicHandler[]
  readonly #epoch: Epoch
  readonly #ports: Ports
  readonly #author: number | undefined
  readonly #core: Core
  readonly #opened: Opened
  readonly #journal: Journal
  readonly #executor: Executor
  readonly #verifications: Verifications
  readonly #retention: Retention
  readonly #library: Library
  readonly #links: Links
  readonly #synchroniser: Synchroniser
  readonly #witness: Witness
  readonly #checkpoints: Checkpoints
  readonly #events: Event[] = []
  #isStepping = false
  #isRunning = false
  #isWaiting = false
  #committedAt: number | undefined
  #wake: Timer | undefined

  /** Reads the store. Throws `CONSENSUS_SIGNER`, `CONSENSUS_STORE_NETWORK`. */
  static async open(init: ValidatorInit): Promise<Validator> {
    const validator = new Validator(await readOpening(init))
    await validator.#retention.open()
    await validator.#checkpoints.open()
    return validator
  }

  private constructor(opening: Opening) {
    const { epoch, ports, opened, executed, core, author } = opening
    const { committee } = epoch
    this.#epoch = epoch
    this.#ports = ports
    this.#author = author
    this.#core = core
    this.#opened = opened
    const { dag, restored } = opened
    const dispatch = (event: Event) => this.#dispatch(event)
    const read = <Value>(peer: Peer, decode: () => Value) => this.#read(peer, decode)
    this.#journal = new Journal(
      dag,
      (token, records) => this.#landed(token, records),
      (error) => this.#fail('store', error),
    )
    this.#executor = new Executor({
      execution: ports.execution,
      executed: executed.commit,
      committed: dag.last?.index ?? 0,
      read: (index) => dag.committed(index),
      done: (commit, heights) => {
        this.#dispatch({ type: 'executed', commit, heights })
        this.poolChanged()
      },
      failed: (error) => this.#executionFailed(error),
    })
    this.#verifications = new Verifications(
      committee,
      ports.verify,
      (key, valid) => this.#dispatch({ type: 'verified', key, valid }),
      (error) => this.#fail('verifier', error),
    )
    const { gcDepth } = opening.constants
    this.#retention = new Retention(dag, gcDepth, ports.log, opening.retention)
    const inMemory = (digest: string) => core.block(digest)
    const { verify, log } = ports
    const copies = (ref: BlockRef) => this.#synchroniser.copies(ref)
    this.#library = new Library({ dag, epoch, verify, log, inMemory, copies })
    this.#links = this.#createLinks(opening)
    this.#publishSigned(restored)
    const { connected } = this.#links
    const { network } = ports
    this.#synchroniser = new Synchroniser({ committee, network, connected, dispatch })
    const genuine = (header: Header) => this.#library.genuine(header)
    this.#witness = new Witness({ epoch, author, ports, dispatch, genuine, read })
    this.#checkpoints = this.#createCheckpoints(opening)
    const serve = { dag, committee, library: this.#library, read }
    this.pushes = [this.#links.handler()]
    this.requests = [
      blocksHandler(serve),
      commitsHandler(serve),
      this.#witness.handler(),
      this.#checkpoints.handler(),
    ]
    this.topics = [this.#checkpoints.topic]
  }

  #createLinks({ epoch, ports, opened, core, author, parameters }: Opening): Links {
    return new Links({
      committee: epoch.committee,
      author,
      network: ports.network,
      clock: ports.clock,
      interval: parameters.requestTimeout,
      highest: opened.restored.highest,
      dispatch: (event) => this.#dispatch(event),
      settled: async (digest) => {
        await this.#verifications.settled(digest)
        await this.#journal.room()
      },
      isKept: (block) => core.isKept(block),
      read: (peer, decode) => this.#read(peer, decode),
    })
  }

  #createCheckpoints({ epoch, ports, opened, core, author, retention }: Opening): Checkpoints {
    return new Checkpoints({
      epoch,
      author,
      dag: opened.dag,
      ports,
      muted: () => core.status.muted,
      connected: this.#links.connected,
      read: (peer, decode) => this.#read(peer, decode),
      failed: (error) => this.#fail('store', error),
      keepsAll: retention === Infinity,
    })
  }

  get status(): ValidatorStatus {
    const { members } = this.#epoch.committee
    return {
      ...this.#core.status,
      author: this.#author,
      store: this.#opened.condition.name,
      execution: this.#executor.state,
      isRunning: this.#isRunning,
      peers: members.map(({ peerId: peer }, author) => ({
        author,
        peer,
        isConnected: this.#links.connected.has(peer),
        heard: this.#links.heard(author),
      })),
      subscribers: this.#links.feed.subscribers,
      committedAt: this.#committedAt,
      retained: this.#retention.retained,
      checkpoint: this.#checkpoints.certified,
    }
  }

  get committee(): Committee {
    return this.#epoch.committee
  }

  /** The highest durable block of each author. */
  get tips(): readonly BlockRef[] {
    return this.#opened.dag.tips
  }

  /** As `proveFinality`. */
  proveFinality(block: ProvenBlock): Promise<readonly SignedAttestation[] | undefined> {
    return proveFinality(this.#opened.dag, this.committee, block)
  }

  /** The certificate of one height, or the newest; undefined where this node has none. */
  async checkpoint(height: number | 'latest'): Promise<CheckpointCertificate | undefined> {
    const { dag } = this.#opened
    const bytes = height === 'latest' ? await dag.latestCheckpoint() : dag.checkpoint(height)
    return bytes === undefined ? undefined : decodeCertificate(bytes)
  }

  start(): void {
    this.#isRunning = true
    this.#dispatch({ type: 'start' })
    this.#executor.start()
    this.#checkpoints.start()
    this.poolChanged()
    this.#links.start()
  }

  /** Nothing is signed, sent or executed after it; what was being written is on disk. */
  async stop(): Promise<void> {
    this.abandon()
    await this.#journal.idle()
    await this.#executor.idle()
    await this.#retention.idle()
    await this.#checkpoints.idle()
  }

  /** As when the process ends: nothing more happens, and nothing is waited for. */
  abandon(): void {
    this.#isRunning = false
    this.#wake?.cancel()
    this.#links.stop()
    this.#journal.halt()
    this.#executor.halt()
    this.#retention.halt()
    this.#checkpoints.halt()
    this.#verifications.stop()
  }

  /** There is a connection to `peer`. */
  connected(peer: Peer): void {
    this.#links.opened(peer)
  }

  /** No connection to `peer` is left. */
  disconnected(peer: Peer): void {
    this.#links.closed(peer)
  }

  /** What waits in the pool may have changed. */
  poolChanged(): void {
    if (!this.#isRunning || this.#author === undefined) return
    const waiting = this.#ports.execution.waiting()
    if (waiting === this.#isWaiting) return
    this.#isWaiting = waiting
    this.#dispatch({ type: 'pool', waiting })
  }

  #dispatch(event: Event): void {
    if (!this.#isRunning) return
    this.#events.push(event)
    if (this.#isStepping) return
    this.#isStepping = true
    const { clock } = this.#ports
    try {
      const before = this.#core.status.round
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const now = clock.now()
        for (const effect of this.#core.step(now, next, clock.wall?.() ?? now)) {
          if (this.#isRunning) this.#perform(effect)
        }
      }
      const { round, garbageRound } = this.#core.status
      if (round !== before) this.#entered(garbageRound)
    } catch (error) {
      this.#fail('core', error)
    } finally {
      this.#isStepping = false
    }
  }

  #entered(garbageRound: number): void {
    this.#links.feed.prune(garbageRound)
    this.#library.prune(garbageRound)
    this.poolChanged()
  }

  #perform(effect: Effect): void {
    const { observers, log } = this.#ports
    switch (effect.type) {
      case 'verify':
        return this.#verifications.add(effect)
      case 'payload': {
        const transactions = this.#ports.execution.payload(effect)
        return this.#dispatch({ type: 'payload', round: effect.round, transactions })
      }
      case 'sign':
        return void this.#sign(effect.digest)
      case 'persist':
        this.#library.accepted(effect.records)
        return this.#journal.add(effect)
      case 'publish':
        return this.#publish(effect.block)
      case 'commit':
        return this.#executor.add(effect.commit)
      case 'decided':
        return observers?.decided?.(effect.decision)
      case 'fetch':
        return this.#synchroniser.fetch(effect)
      case 'fetchCommits':
        return void this.#synchroniser.fetchCommits(effect)
      case 'ask':
        return this.#witness.ask()
      case 'answer':
        return this.#witness.answer(effect.id, { own: effect.own, yours: effect.yours })
      case 'evidence':
        log.warn('a validator has signed two things', { author: effect.evidence.author })
        return observers?.evidence?.(effect.evidence)
      case 'penalise':
        return this.#synchroniser.penalise(effect)
      case 'finalized':
        this.#checkpoints.finalized(effect.height)
        return observers?.finalized?.(effect.height, effect.blockHash)
      case 'halt':
        this.#executor.halt()
        log.error('others executed another block: execution has stopped', { ...effect })
        return observers?.halted?.(effect)
      case 'doppelganger':
        log.error('another process signs with this key: this one signs no more')
        return observers?.doppelganger?.(effect.header)
      case 'wake':
        return this.#sleep(effect.at)
    }
  }

  /**
   * Own blocks that this folder is known to have signed: above the floor with which its last recovery
   * ended, and at or below the floor of now. Others, and those whose signature nobody looked at, were
   * given back: what they attest is not under `attestFloor`, and they do not leave.
   */
  #publishSigned({ blocks, floor, muteRound }: Restored): void {
    for (const { block, verified } of blocks) {
      const isSigned = block.round > muteRound && block.round <= floor
      if (block.author === this.#author && verified && isSigned) this.#publish(block)
    }
  }

  #publish({ round, header, body }: Block): void {
    this.#links.feed.publish(round, encodeBlock(header, body))
  }

  #sleep(at: number): void {
    const { clock } = this.#ports
    this.#wake?.cancel()
    const delay = Math.max(0, at - clock.now())
    this.#wake = clock.after(delay, () => this.#dispatch({ type: 'tick' }))
  }

  async #sign(digest: string): Promise<void> {
    try {
      const signature = await this.#ports.signer?.sign(unhexed(digest), contexts.dag)
      if (signature !== undefined) this.#dispatch({ type: 'signed', digest, signature })
    } catch (error) {
      this.#fail('signer', error)
    }
  }

  #landed(token: number, records: readonly StoreRecord[]): void {
    if (!this.#isRunning) return
    const { observers } = this.#ports
    this.#dispatch({ type: 'persisted', token })
    for (const record of records) {
      if (record.type === 'block' || record.type === 'own') observers?.accepted?.(record.block)
      else if (record.type === 'commit') {
        this.#committedAt = this.#ports.clock.now()
        this.#retention.committed(record.commit.commit.index, this.#executor.executed)
      }
    }
  }

  /** What cannot be decoded costs its sender the connection. */
  #read<Value>(peer: Peer, decode: () => Value): Value {
    try {
      return decode()
    } catch (error) {
      if (isBlame(error)) this.#ports.network.blame(peer, String(error))
      throw error
    }
  }

  #executionFailed(error: unknown): void {
    this.#ports.log.error('execution has failed: ordering goes on', { error })
    this.#ports.observers?.failed?.('execution', error)
  }

  #fail(part: 'store' | 'signer' | 'verifier' | 'core', error: unknown): void {
    if (!this.#isRunning) return
    this.abandon()
    this.#ports.log.error('consensus has stopped', { part, error })
    this.#ports.observers?.failed?.(part, error)
  }
}
