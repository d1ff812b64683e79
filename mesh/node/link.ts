import { type Clock, concat, empty, isFault, type Random, type Timer } from '#base'

import { circuitHeaderBytes } from '../cell.ts'
import type { Standing } from '../establish/acquaintances.ts'
import { linkFault, malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { linkContexts as contexts } from '../link/contexts.ts'
import type { Resumption } from '../link/resumption.ts'
import { sealBytes, type SealedCell, type Session } from '../link/session.ts'
import type { MeshIdentity } from '../reach/identity.ts'
import type { Circuit } from '../router/router.ts'
import { type LinkModel, Transfers } from '../transfer/index.ts'
import { Introduction, parts } from './introduction.ts'
import { Messages } from './messages.ts'

export interface LinkOptions {
  readonly clock: Clock
  readonly random: Random
  readonly session: Session
  readonly circuit: Circuit
  readonly model: LinkModel
  /** Bytes of a cell that passes everywhere on the way. */
  readonly mtu: number
  /** What the link that this one goes on from has left. */
  readonly standing?: Standing | undefined
  /** What the next link can go on from, as it is now. */
  kept(resumption: Resumption, standing: Standing): void
  /** Bytes of objects in parts that the other side may have this one hold. */
  taking(): number
  /** Called once, when either side has closed it, or it has no way any more. */
  closed(): void
}

/** Of the doubling timeouts of a way: for as long as that one is, silence says nothing. */
const patientAttempt = 5

/** Objects to and from one other node, each sealed, each with a receipt. There is no other way to send. */
export class Link {
  /** Takes what the other side sends. Rejected, an object that took several cells comes again. */
  receive: (object: Uint8Array) => void | Promise<void> = () => {}
  readonly #options: LinkOptions
  /** Bytes of a cell’s body. */
  readonly #room: number
  readonly #transfers: Transfers
  readonly #messages: Messages
  readonly #introduction: Introduction
  readonly #confirmed = Promise.withResolvers<void>()
  /** Objects that have no receipt. */
  #pending = 0
  /** When a cell of the other side was last opened, or could have been for the first time. */
  #heardAt: number
  #hasHeard = false
  #isEnded = false
  #watch: Timer | undefined
  #greeting: Timer | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    const { clock, random, circuit, model, session, mtu } = options
    this.#room = mtu - circuitHeaderBytes
    this.#heardAt = clock.now()
    const payload = this.#room - sealBytes
    this.#transfers = new Transfers({
      clock,
      random,
      model,
      payload,
      taking: () => options.taking(),
      send: (frame) => this.#sendFrame(frame),
      deliver: (object) => this.#deliver(object),
    })
    this.#introduction = new Introduction(session, (part) => this.#hand(part), options.standing)
    this.#messages = new Messages({
      clock,
      model,
      seal: (plaintext) => {
        const { bytes, receipt } = this.#seal(contexts.data, plaintext)
        this.#put(contexts.data, bytes)
        return receipt
      },
      deliver: (message) => this.#deliver(message),
    })
    circuit.receive = (context, body) => {
      this.#heard(context, body)
    }
    circuit.closed = () => {
      this.#drop()
    }
    this.#confirmed.promise.catch(() => {})
    if (!session.isConfirmed) return
    this.#confirmed.resolve()
    this.#keep()
    this.#greet(0)
  }

  get isOpen(): boolean {
    return !this.#isEnded
  }

  get model(): LinkModel {
    return this.#options.model
  }

  /** The neighbour that its cells come from, as far as the medium tells. */
  get source(): string {
    return this.#options.circuit.source
  }

  /** The address that the initiator of this link has proved to have, 32 bytes; else it has no name. */
  get peer(): Uint8Array | undefined {
    return this.#introduction.peer
  }

  /**
   * Resolved when the other side has it.
   *
   * @throws `MESH_LINK`, `MESH_TRANSFER`
   */
  send(object: Uint8Array): Promise<void> {
    return this.#hand(concat(Uint8Array.of(parts.object), object))
  }

  /** Shows the other side who made this link. Only who made it can. Throws `MESH_LINK`. */
  introduce(identity: MeshIdentity): Promise<void> {
    return this.#introduction.introduce(identity)
  }

  /** Tells the other side; what has no receipt is rejected. */
  close(): void {
    const { session, circuit } = this.#options
    if (this.#isEnded) return
    if (session.isConfirmed && !session.isClosed) this.#put(contexts.close, session.close().bytes)
    else session.erase()
    this.#end()
    circuit.close()
  }

  #end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#keep()
    this.#watch?.cancel()
    this.#greeting?.cancel()
    this.#transfers.stop()
    this.#messages.stop()
    this.#introduction.stop()
    this.#confirmed.reject(linkFault('closed'))
    this.#options.closed()
  }

  async #hand(part: Uint8Array): Promise<void> {
    await this.#confirmed.promise
    const fits = part.length < this.#room - sealBytes
    this.#pending += 1
    this.#watchOver()
    try {
      await (fits ? this.#messages.send(part) : this.#transfers.send(part))
    } finally {
      this.#pending -= 1
    }
  }

  async #sendFrame(frame: Uint8Array): Promise<void> {
    try {
      const { bytes } = this.#seal(contexts.fragment, frame)
      await this.#options.circuit.send(contexts.fragment, bytes)
    } catch (error) {
      if (isFault(error, 'MESH_GONE', 'MESH_LINK')) this.#drop()
      throw error
    }
  }

  /** Until the other side hears something sealed it may not seal, and the first cell may be lost. */
  #greet(attempt: number): void {
    if (this.#hasHeard || this.#isEnded || attempt >= limits.callAttempts.value) return
    const { clock, model } = this.#options
    this.#put(contexts.keepalive, this.#seal(contexts.keepalive, empty).bytes)
    this.#greeting = clock.after(model.timeout(sealBytes, attempt), () => {
      this.#greet(attempt + 1)
    })
  }

  /** While something waits for a receipt: who says nothing for long is gone. */
  #watchOver(): void {
    if (this.#watch !== undefined || this.#isEnded) return
    const { clock, model } = this.#options
    this.#heardAt = clock.now()
    const look = (): void => {
      this.#watch = undefined
      if (this.#pending === 0) return
      const patience = Math.max(limits.linkSilence.value, model.timeout(this.#room, patientAttempt))
      const left = this.#heardAt + patience - clock.now()
      if (left <= 0) this.#drop()
      else this.#watch = clock.after(left, look)
    }
    look()
  }

  async #deliver(part: Uint8Array): Promise<void> {
    const [kind = parts.object] = part
    const body = part.subarray(1)
    if (kind === parts.object) return this.receive(body)
    try {
      this.#introduction.heard(kind, body)
    } catch (error) {
      if (!isFault(error, 'MESH_MALFORMED')) throw error
      this.close()
    }
  }

  #heard(context: number, body: Uint8Array): void {
    const { session, circuit, clock } = this.#options
    if (this.#isEnded) return
    if (context === contexts.receipt) {
      if (this.#messages.heardReceipt(body)) this.#heardAt = clock.now()
      return
    }
    const opened = session.open(context, body)
    if (opened === undefined) return
    this.#heardAt = clock.now()
    this.#confirmed.resolve()
    circuit.confirm()
    if (session.isClosed) {
      this.#end()
      circuit.close()
      return
    }
    if (!this.#hasHeard) this.#heardFirst()
    const { plaintext, receipt, hasNewResumption } = opened
    if (hasNewResumption) this.#keep()
    if (context === contexts.fragment) this.#transfers.heard(plaintext)
    else if (context === contexts.data) {
      void this.#heardMessage(plaintext, receipt)
    } else if (context !== contexts.keepalive && context !== contexts.ratchet) {
      throw malformed('link cell', 'it is for nothing known')
    }
    this.#ratchetIfDue()
  }

  #keep(): void {
    const { session, mtu } = this.#options
    if (!session.isConfirmed) return
    const { peer, shown } = this.#introduction
    this.#options.kept(session.resumption, { mtu, peer, shown })
  }

  #heardFirst(): void {
    this.#hasHeard = true
    this.#greeting?.cancel()
    const { session } = this.#options
    if (session.role === 'responder') {
      this.#put(contexts.keepalive, this.#seal(contexts.keepalive, empty).bytes)
    }
  }

  async #heardMessage(plaintext: Uint8Array, receipt: Uint8Array): Promise<void> {
    if (plaintext.length > 0 && (await this.#messages.heard(plaintext))) {
      this.#put(contexts.receipt, receipt)
    }
  }

  #seal(context: number, plaintext: Uint8Array): SealedCell {
    const { session, model } = this.#options
    // On slow media a message should not take half as long again; the ratchet has cells of its own.
    const isFast = model.bitsPerSecond >= limits.ratchetRate.value
    const sealed = session.seal(context, plaintext, isFast ? this.#room : 0)
    this.#ratchetIfDue()
    return sealed
  }

  #ratchetIfDue(): void {
    const { session } = this.#options
    const cell = session.isRatchetDue ? session.ratchet(this.#room) : undefined
    if (cell !== undefined) this.#put(contexts.ratchet, cell.bytes)
  }

  /** A cell that can't be sent is like one that is lost: who needs it sends it again. */
  #put(context: number, body: Uint8Array): void {
    this.#options.circuit.send(context, body).catch((error: unknown) => {
      if (isFault(error, 'MESH_GONE')) this.#drop()
      else if (!isFault(error, 'MESH_BUSY', 'MESH_MEDIUM')) throw error
    })
  }

  /** There is no way to the other side any more, nor to tell it. */
  #drop(): void {
    if (this.#isEnded) return
    const { session, circuit } = this.#options
    session.erase()
    this.#end()
    circuit.close()
  }
}
