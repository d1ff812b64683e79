import { Fault, silent } from '#base'
import {
  type Answer,
  beginEpoch,
  decodeBlock,
  blockOf,
  type CommittedBlocks,
  type ExecAttestation,
  type Ports as ValidatorPorts,
  Validator,
} from '#consensus'

import { Execution } from './execution.ts'
import { PowerStore } from './power-store.ts'
import { type DiskFacts, Violation } from './watch.ts'
import { peerOf, type World } from './world.ts'

/** The watch takes the disk's word as given: its own reading is what is under test. */
const unread: DiskFacts = {
  floor: Number.POSITIVE_INFINITY,
  attestFloor: Number.POSITIVE_INFINITY,
  committed: Number.POSITIVE_INFINITY,
  hasBegun: false,
  hasForgotten: false,
}

/** The first byte of a frame with a block. */
const blockKind = 0

/** A node as production composes it: `Validator` over simulated ports, down to bytes. */
export class WholeNode {
  readonly author: number
  readonly index: number
  readonly peer: string
  readonly disk = unread
  readonly world: World
  store: PowerStore
  execution = new Execution()
  validator: Validator | undefined
  #pool: Uint8Array[] = []
  readonly #nodes: readonly WholeNode[]
  readonly #connected = new Set<WholeNode>()
  /** By receiver: when the last frame arrives. */
  readonly #arrivals = new Map<number, number>()

  constructor(world: World, author: number, nodes: readonly WholeNode[]) {
    this.world = world
    this.author = author
    this.index = author
    this.peer = peerOf(author)
    this.#nodes = nodes
    this.store = new PowerStore(world.timeline)
  }

  get committed(): number {
    return this.validator?.status.committed ?? 0
  }

  async begin(): Promise<void> {
    const { publicKey } = this
    const { epoch } = this.world.epoch.committee
    await beginEpoch(this.store, { epoch, publicKey })
  }

  async boot(): Promise<void> {
    const { epoch, constants, parameters, watch } = this.world
    watch.starts(this)
    const validator = await Validator.open({ epoch, constants, parameters, ports: this.#ports() })
    this.validator = validator
    validator.start()
  }

  async crash(): Promise<void> {
    this.validator?.abandon()
    this.validator = undefined
    for (const other of this.#connected) this.#part(other)
    this.world.watch.note(`${this.index} ends`)
    this.store = await this.store.crash(this.world.dice.between(0, this.store.atRisk))
  }

  /** The folder is gone, with the chain; the key is not. */
  async forget(): Promise<void> {
    this.store = await new PowerStore(this.world.timeline).crash(0)
    this.execution = new Execution()
  }

  submit(transaction: Uint8Array): void {
    this.#pool.push(transaction)
    this.validator?.poolChanged()
  }

  /** Opens and closes connections as the network has it. */
  meet(): void {
    const { network } = this.world
    for (const other of this.#nodes) {
      if (other.index <= this.index) continue
      const isUp = this.validator !== undefined && other.validator !== undefined
      const reaches =
        network.connects(this.index, other.index) && network.connects(other.index, this.index)
      if (isUp && reaches && !this.#connected.has(other)) this.#join(other)
      else if (!(isUp && reaches) && this.#connected.has(other)) this.#part(other)
    }
  }

  get publicKey(): Uint8Array {
    return this.world.ports.signatures.publicKey(this.author)
  }

  #join(other: WholeNode): void {
    this.#connected.add(other)
    other.#connected.add(this)
    this.validator?.connected(other.peer)
    other.validator?.connected(this.peer)
  }

  #part(other: WholeNode): void {
    this.#connected.delete(other)
    other.#connected.delete(this)
    this.validator?.disconnected(other.peer)
    other.validator?.disconnected(this.peer)
  }

  /** In order, as over one stream; lost with the connection. */
  #carry(to: WholeNode, deliver: () => void): void {
    const { timeline, dice, scenario } = this.world
    const { least, most } = scenario.links
    const at = Math.max(this.#arrivals.get(to.index) ?? 0, timeline.now + dice.between(least, most))
    this.#arrivals.set(to.index, at)
    timeline.after(at - timeline.now, () => {
      if (this.#connected.has(to) && this.world.network.connects(this.index, to.index)) deliver()
    })
  }

  #ports(): ValidatorPorts {
    const { world, author, publicKey } = this
    const { signatures } = world.ports
    return {
      network: {
        push: (peer, protocol, frame) => this.#push(peer, protocol, frame),
        request: (peer, protocol, bytes) => this.#request(peer, protocol, bytes),
        publish: () => Promise.resolve(0),
        blame: (peer, reason) => world.watch.fail('I12', `${this.index} bans ${peer}: ${reason}`),
      },
      signer: {
        publicKey,
        sign: (message) => Promise.resolve(signatures.sign(author, message.toHex())),
      },
      verify: (key, message, signature) => {
        const { members } = world.epoch.committee
        const signer = members.findIndex((member) => member.publicKey.toHex() === key.toHex())
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
      observers: {
        decided: (decision) => world.watch.decides(this, decision),
        finalized: (height, blockHash) => world.watch.finalizes(this, height, blockHash),
        evidence: ({ author: guilty }) => world.watch.fail('I12', `${guilty} is convicted`),
        halted: ({ height }) => world.watch.fail('I10', `${this.index} halts at ${height}`),
        doppelganger: () => world.watch.fail('I4', `${this.index} meets itself`),
        // Thrown where nothing awaits it, it would end the campaign instead of this run.
        failed: (part, error) =>
          world.watch.hold(new Violation('I5', `${this.index}: ${part}: ${String(error)}`)),
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
      payload: () => this.#pool.splice(0, 16),
      waiting: () => this.#pool.length > 0,
      facts: () => Promise.resolve(undefined),
    }
  }

  async #execute(commit: CommittedBlocks): Promise<readonly ExecAttestation[]> {
    const { world, store, execution } = this
    world.watch.commits(this, commit)
    await new Promise<void>((resolve) => {
      world.timeline.after(world.dice.between(1, 10), resolve)
    })
    if (store !== this.store) return []
    const heights = execution.execute(commit)
    for (const result of heights) world.watch.executes(this, commit, result)
    return heights
  }

  #byPeer(peer: string): WholeNode | undefined {
    return [...this.#connected].find((node) => node.peer === peer)
  }

  #push(peer: string, protocol: string, frame: Uint8Array): boolean {
    const to = this.#byPeer(peer)
    if (to === undefined) return false
    if (frame[0] === blockKind && protocol.startsWith('/pars/dag/')) {
      const { header, body } = decodeBlock(frame.slice(1))
      this.world.watch.leaves(this, blockOf(header, body))
    }
    this.#carry(to, () => {
      const handler = to.validator?.pushes.find(({ id }) => id === protocol)
      this.world.follow(handler?.receive(frame, { peer: this.peer }))
    })
    return true
  }

  #request(peer: string, protocol: string, bytes: Uint8Array): Promise<Answer> {
    const to = this.#byPeer(peer)
    const { requestTimeout } = this.world.parameters
    return new Promise((resolve, reject) => {
      const fail = (): void =>
        reject(new Fault({ code: 'MESH_REQUEST', protocol, reason: 'no answer' }))
      if (to === undefined) return fail()
      this.world.timeline.after(requestTimeout, fail)
      this.#carry(to, () => {
        const handler = to.validator?.requests.find(({ id }) => id === protocol)
        if (handler === undefined) return
        const answer = Array.fromAsync(handler.answer(bytes, { peer: this.peer }))
        const sent = answer.then((items) => to.#carry(this, () => resolve({ items, more: false })))
        sent.catch(fail)
      })
    })
  }
}
