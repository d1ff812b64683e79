import { type Clock, concat, empty, isFault, type Random } from '#base'

import { circuitHeaderBytes } from '../cell.ts'
import { linkFault, malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { linkContexts as contexts } from '../link/contexts.ts'
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
  /** Called once, when either side has closed it. */
  closed(): void
}

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

  constructor(options: LinkOptions) {
    this.#options = options
    const { clock, random, circuit, model, session, mtu } = options
    this.#room = mtu - circuitHeaderBytes
    const payload = this.#room - sealBytes
    this.#transfers = new Transfers({
      clock,
      random,
      model,
      payload,
      send: (frame) => circuit.send(contexts.fragment, this.#seal(contexts.fragment, frame).bytes),
      deliver: (object) => this.#deliver(object),
    })
    this.#introduction = new Introduction(session, (part) => this.#hand(part))
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
    this.#confirmed.promise.catch(() => {})
    if (!session.isConfirmed) return
    this.#confirmed.resolve()
    // Until it hears something sealed the other side may not seal.
    this.#put(contexts.keepalive, this.#seal(contexts.keepalive, empty).bytes)
  }

  get isOpen(): boolean {
    return !this.#options.session.isClosed
  }

  get model(): LinkModel {
    return this.#options.model
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
    if (session.isClosed) return
    if (session.isConfirmed) this.#put(contexts.close, session.close().bytes)
    else session.erase()
    this.#end()
    circuit.close()
  }

  #end(): void {
    this.#transfers.stop()
    this.#messages.stop()
    this.#introduction.stop()
    this.#confirmed.reject(linkFault('closed'))
    this.#options.closed()
  }

  async #hand(part: Uint8Array): Promise<void> {
    await this.#confirmed.promise
    const fits = part.length < this.#room - sealBytes
    await (fits ? this.#messages.send(part) : this.#transfers.send(part))
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
    const { session, circuit } = this.#options
    if (context === contexts.receipt) {
      this.#messages.heardReceipt(body)
      return
    }
    const opened = session.open(context, body)
    if (opened === undefined) return
    this.#confirmed.resolve()
    if (session.isClosed) {
      this.#end()
      circuit.close()
      return
    }
    const { plaintext, receipt } = opened
    if (context === contexts.fragment) this.#transfers.heard(plaintext)
    else if (context === contexts.data) {
      void this.#heardMessage(plaintext, receipt)
    } else if (context !== contexts.keepalive && context !== contexts.ratchet) {
      throw malformed('link cell', 'it is for nothing known')
    }
    this.#ratchetIfDue()
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
    if (!this.isOpen) return
    this.#options.session.erase()
    this.#end()
  }
}
