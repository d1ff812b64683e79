import { isFault, silent } from '#base'
import {
  beginEpoch,
  type Block,
  blockOf,
  type CommittedBlocks,
  decodeBlock,
  type ExecAttestation,
  type Ports as ValidatorPorts,
  Validator,
} from '#consensus'

import { chainSync, type Execution } from './execution.ts'
import { dagProtocol, decodeCheckpoint, recoverProtocol, signedCoreOf } from './frames.ts'
import { type FolderFacts, PowerStore } from './power-store.ts'
import { Station } from './station.ts'
import { Violation } from './watch.ts'
import type { World } from './world.ts'

/** Bytes of its pool that a node has at most; more is refused. */
const poolBytes = 4_194_304

/** A node as production composes it: `Validator` over simulated ports, down to bytes. */
export class WholeNode extends Station {
  /** Undefined for one that does not sign by the rules. */
  readonly author: number | undefined
  store: PowerStore
  execution: Execution
  validator: Validator | undefined
  #pool: Uint8Array[] = []
  #poolSize = 0
  #isBooting = false
  /** Signed parts of own blocks that left. */
  #left = new Set<string>()

  constructor(
    world: World,
    index: number,
    stations: readonly Station[],
    author: number | undefined = index,
  ) {
    super(world, index, stations)
    this.author = author
    const { timeline, scenario, epoch } = world
    this.store = new PowerStore({
      timeline,
      genesisHash: epoch.genesisHash,
      epoch: epoch.committee.epoch,
      ...scenario.disk,
    })
    this.execution = world.ports.execution(scenario.heights)
  }

  get disk(): FolderFacts {
    return this.store.facts
  }

  get executed(): number {
    return this.execution.durableHeight
  }

  get committed(): number {
    return this.validator?.status.committed ?? 0
  }

  async begin(): Promise<void> {
    const { publicKey } = this
    const { epoch } = this.world.epoch.committee
    if (this.author !== undefined) await beginEpoch(this.store, { epoch, publicKey })
  }

  /** A disk without room keeps it down. */
  async boot(): Promise<void> {
    if (this.#isBooting || this.validator !== undefined) return
    this.#isBooting = true
    const { epoch, constants, parameters, watch } = this.world
    watch.starts(this)
    try {
      const ports = this.#ports()
      const validator = await Validator.open({ epoch, constants, parameters, ports })
      if (validator.status.store !== 'intact') watch.forgets(this)
      this.validator = validator
      this.handlers = validator
      validator.start()
    } catch (error) {
      if (!isFault(error, 'STORE_FULL')) throw error
      watch.note(`${this.index} finds no room`)
    } finally {
      this.#isBooting = false
    }
  }

  /** Without warning, and with the power. */
  async crash(): Promise<void> {
    this.#end()
    this.store = await this.store.crash(this.world.dice.between(0, this.store.atRisk))
    this.execution.crash()
  }

  /** The folder is gone, with the chain; the key is not. */
  forget(): void {
    this.store = this.store.emptied()
    this.execution.rollBack(0)
    this.world.watch.forgets(this)
  }

  submit(transaction: Uint8Array): void {
    if (this.#poolSize + transaction.length > poolBytes) return
    this.#pool.push(transaction)
    this.#poolSize += transaction.length
    this.validator?.poolChanged()
  }

  get publicKey(): Uint8Array {
    return this.world.ports.signatures.publicKey(this.index)
  }

  /** A block is in the DAG, and durable. */
  protected accepted({ author, round }: Block): void {
    const { hasBegun, floor } = this.disk
    if (author === this.author && hasBegun && round >= floor) this.world.watch.builds(this)
  }

  protected override leaves(protocol: string, frame: Uint8Array): void {
    const core = protocol === dagProtocol ? signedCoreOf(frame) : undefined
    if (core === undefined || this.#left.has(core)) return
    this.#left.add(core)
    const { header, body } = decodeBlock(frame.slice(1))
    this.world.watch.leaves(this, blockOf(header, body))
  }

  protected override judges(from: Station, word: 'accept' | 'ignore' | 'reject'): void {
    const { watch } = this.world
    if (word !== 'reject' || watch.suspects(from.peer)) return
    watch.fail('I12', `${this.index} rejects what the honest ${from.index} gossips`)
  }

  protected override async *answer(
    protocol: string,
    bytes: Uint8Array,
    from: Station,
  ): AsyncGenerator<Uint8Array> {
    for await (const item of super.answer(protocol, bytes, from)) {
      if (protocol === recoverProtocol) this.world.watch.answers(this)
      yield item
    }
  }

  /** The process ends; the power stays. */
  #end(): void {
    this.validator?.abandon()
    this.validator = undefined
    this.#left = new Set()
    this.leave()
    this.world.watch.note(`${this.index} ends`)
  }

  #ports(): ValidatorPorts {
    const { world, author, publicKey, index } = this
    const { signatures } = world.ports
    const { watch } = world
    return {
      network: {
        push: (peer, protocol, frame) => this.push(peer, protocol, frame),
        request: (peer, protocol, bytes) => this.request(peer, protocol, bytes),
        publish: (topic, message) => this.#publish(topic, message),
        blame: (peer, reason) => {
          if (!watch.suspects(peer)) watch.fail('I12', `${index} bans ${peer}: ${reason}`)
        },
      },
      signer:
        author === undefined
          ? undefined
          : {
              publicKey,
              sign: (message) => Promise.resolve(signatures.sign(author, message.toHex())),
            },
      verify: (key, message, signature) => {
        const signer = world.epoch.committee.placeOf(key) ?? -1
        return Promise.resolve(signatures.isValid(signer, message.toHex(), signature))
      },
      execution: this.#executionPort(),
      store: this.store,
      clock: {
        now: () => world.timeline.now,
        after: (delay, task) => {
          let isCancelled = false
          world.timeline.after(delay, () => {
            if (!isCancelled) task()
          })
          return {
            cancel: () => {
              isCancelled = true
            },
          }
        },
      },
      random: {
        bytes: (size) => Uint8Array.from({ length: size }, () => world.dice.below(256)),
      },
      log: silent,
      observers: this.#observers(),
    }
  }

  #observers(): NonNullable<ValidatorPorts['observers']> {
    const { world } = this
    const { watch } = world
    return {
      decided: (decision) => watch.decides(this, decision),
      accepted: (block) => this.accepted(block),
      finalized: (height, blockHash) => watch.finalizes(this, height, blockHash),
      evidence: (evidence) => watch.accuses(this, { type: 'evidence', evidence }),
      contradiction: (author) =>
        watch.fail('I12', `${author} is found with two checkpoints of one height`),
      halted: (halt) => watch.halts(this, halt),
      doppelganger: (header) => watch.accuses(this, { type: 'doppelganger', header }),
      // Thrown where nothing awaits it, it would end the campaign instead of this run.
      failed: (part, error) => {
        if (part === 'store' && isFault(error, 'STORE_FULL')) return this.#end()
        const reason = `${this.index}: ${part}: ${String(error)}`
        watch.hold(error instanceof Violation ? error : new Violation('I5', reason))
      },
    }
  }

  #executionPort(): ValidatorPorts['execution'] {
    return {
      executed: () => {
        const { commit, heights } = this.execution
        return Promise.resolve({ commit, results: heights, finalized: 0 })
      },
      execute: (commit) => this.#execute(commit),
      payload: ({ bytes, transactions }) => this.#payload(bytes, transactions),
      waiting: () => this.#pool.length > 0,
      facts: (height) => Promise.resolve(this.execution.facts(height)),
    }
  }

  /** What fits, in the order of the pool. */
  #payload(bytes: number, most: number): readonly Uint8Array[] {
    let size = 0
    const end = this.#pool.findIndex(
      (transaction, index) => index >= most || (size += 4 + transaction.length) > bytes,
    )
    const taken = this.#pool.splice(0, end < 0 ? this.#pool.length : end)
    for (const { length } of taken) this.#poolSize -= length
    return taken
  }

  async #execute(commit: CommittedBlocks): Promise<readonly ExecAttestation[]> {
    const { world, store, execution } = this
    world.watch.commits(this, commit)
    const { promise, resolve } = Promise.withResolvers<readonly ExecAttestation[]>()
    const isGone = (): boolean => store !== this.store
    world.timeline.after(world.dice.between(1, 10), () => {
      if (isGone()) return resolve([])
      const sync = (task: () => void): void => {
        world.timeline.after(chainSync * store.delay, () => (isGone() ? resolve([]) : task()))
      }
      execution.execute(commit, sync, (heights) => {
        for (const result of heights) world.watch.executes(this, commit, result)
        resolve(heights)
      })
    })
    return promise
  }

  #publish(topic: string, message: Uint8Array): Promise<number> {
    if (this.author !== undefined) {
      const { height, hash } = decodeCheckpoint(message)
      this.world.watch.signs(this, this.disk.checkpointFloor, height, hash)
    }
    return this.publish(topic, message)
  }
}
