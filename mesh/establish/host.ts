import { type Clock, empty, isFault, type Random, type Timer } from '#base'

import { circuitHeaderBytes } from '../cell.ts'
import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import { type AnsweredLink, answerLink, LinkAnswers } from '../link/answers.ts'
import { linkRequestBytes } from '../link/handshake.ts'
import { encodeKeyRecord, type KeyRecord } from '../link/key-record.ts'
import type { Session } from '../link/session.ts'
import type { MeshIdentity } from '../reach/identity.ts'
import type { Circuit } from '../router/router.ts'
import type { LinkModel } from '../transfer/link-model.ts'
import type { Accepted } from './acquaintances.ts'
import { establishContexts as contexts } from './contexts.ts'
import { Gathering, Parcel } from './parcel.ts'

export interface HostOptions {
  readonly clock: Clock
  readonly random: Random
  /** What is thought of a way that begins with `circuit`. */
  model(circuit: Circuit): LinkModel
  /** Somebody goes on from an earlier link. Throws `MESH_MALFORMED` where none is known. */
  resume(request: Uint8Array): Accepted
  /** Somebody made a link; its session seals once a first cell has come. */
  linked(link: Answered): void
}

export interface Answered {
  readonly identity: MeshIdentity
  readonly session: Session
  readonly circuit: Circuit
  readonly model: LinkModel
  readonly mtu: number
  /** Of the link that it goes on from. */
  readonly earlier?: Pick<Accepted, 'name' | 'standing'> | undefined
}

/** Answers those who ask for a key or a link. */
export class Host {
  readonly #options: HostOptions
  readonly #answers: LinkAnswers

  constructor(options: HostOptions) {
    this.#options = options
    this.#answers = new LinkAnswers(options.clock)
  }

  /** The first cell along `circuit`; what follows goes to its `receive`. */
  asked(identity: MeshIdentity, circuit: Circuit, context: number, body: Uint8Array): void {
    const answering = new Answering(identity, circuit, this.#options, this.#answers)
    circuit.receive = (kind, more) => {
      answering.heard(kind, more)
    }
    answering.heard(context, body)
  }
}

/** What one circuit asks for. */
class Answering {
  readonly #identity: MeshIdentity
  readonly #circuit: Circuit
  readonly #options: HostOptions
  readonly #answers: LinkAnswers
  readonly #model: LinkModel
  readonly #request = new Gathering(linkRequestBytes)
  #mtu: number
  #record: Parcel | undefined
  #proof: Parcel | undefined
  #timer: Timer | undefined
  #reminders = 0
  #sent = 0

  constructor(
    identity: MeshIdentity,
    circuit: Circuit,
    options: HostOptions,
    answers: LinkAnswers,
  ) {
    this.#identity = identity
    this.#circuit = circuit
    this.#options = options
    this.#answers = answers
    this.#model = options.model(circuit)
    this.#mtu = circuit.mtu
  }

  /** Bytes of a body that passes as well as what was asked. */
  get #room(): number {
    return this.#mtu - circuitHeaderBytes
  }

  heard(context: number, body: Uint8Array): void {
    if (context === contexts.askKey) this.#askedKey(body)
    else if (context === contexts.link) this.#heardPart(body)
    else if (context === contexts.more) this.#sendProof(body[0] ?? 0)
    else if (context === contexts.resume) this.#resume(body)
    else throw malformed('request', 'it asks for nothing known')
  }

  #askedKey(body: Uint8Array): void {
    if (body.length !== askBytes) throw malformed('request', 'it has another length')
    const [mtuHigh = 0, mtuLow = 0, high = 0, low = 0, count = 0] = body
    this.#setMtu((mtuHigh << 8) | mtuLow)
    this.#record ??= new Parcel(recordOf(this.#identity), this.#room)
    const parts = this.#record.from((high << 8) | low, Math.min(count, this.#record.count))
    this.#send(contexts.key, parts)
  }

  #setMtu(asked: number): void {
    if (asked < limits.leastCell.value) throw malformed('request', 'its cells are too small')
    const mtu = Math.min(asked, this.#circuit.mtu)
    if (mtu !== this.#mtu) this.#record = undefined
    this.#mtu = mtu
  }

  #heardPart(body: Uint8Array): void {
    // It has the proof not yet, or not all of it.
    if (this.#proof !== undefined) {
      this.#sendProof(1)
      return
    }
    const request = this.#request.add(body)
    this.#timer?.cancel()
    if (request !== undefined) {
      this.#answer(request)
      return
    }
    const shortage = this.#request.takeShortage()
    if (shortage !== undefined) this.#send(contexts.more, [Uint8Array.of(shortage)])
    this.#remindLater()
  }

  #answer(request: Uint8Array): void {
    const { address, kem: key } = this.#identity
    const { source } = this.#circuit
    const host = { address, key, random: this.#options.random, answers: this.#answers, source }
    const { proof, fresh } = this.#answerTo(request, host)
    if (fresh !== undefined) this.#setMtu(fresh.facts.mtu)
    this.#proof = new Parcel(proof, this.#room)
    this.#sendProof(this.#proof.count)
    if (fresh === undefined) return
    this.#link(fresh.session)
  }

  #resume(request: Uint8Array): void {
    const accepted = this.#accepted(request)
    this.#send(contexts.resumed, [accepted?.answer ?? empty])
    if (accepted?.session === undefined) return
    this.#mtu = accepted.standing.mtu
    this.#link(accepted.session, accepted)
  }

  #accepted(request: Uint8Array): Accepted | undefined {
    try {
      return this.#options.resume(request)
    } catch (error) {
      if (isFault(error, 'MESH_MALFORMED')) return undefined
      throw error
    }
  }

  #link(session: Session, earlier?: Answered['earlier']): void {
    const [circuit, model, identity, mtu] = [this.#circuit, this.#model, this.#identity, this.#mtu]
    const handshake = circuit.receive
    this.#options.linked({ identity, session, circuit, model, mtu, earlier })
    // What asked for the link and comes again means that the answer was lost.
    const link = circuit.receive
    circuit.receive = (context, body) => {
      if (context < establishedBelow) link(context, body)
      else handshake(context, body)
    }
  }

  #answerTo(request: Uint8Array, host: Parameters<typeof answerLink>[1]): AnsweredLink {
    try {
      return answerLink(request, host)
    } catch (error) {
      // When there are fewer, it may be answered: the asker sends it again.
      this.#request.reset()
      throw error
    }
  }

  #sendProof(count: number): void {
    if (this.#proof === undefined) return
    this.#send(contexts.proof, this.#proof.next(Math.min(count, this.#proof.count)))
  }

  #send(context: number, bodies: readonly Uint8Array[]): void {
    for (const body of bodies) {
      if (this.#sent >= limits.answerParts.value) return
      this.#sent += 1
      this.#circuit.send(context, body).catch((error: unknown) => {
        if (!isFault(error, 'MESH_BUSY', 'MESH_GONE', 'MESH_MEDIUM')) throw error
      })
    }
  }

  /** What is missing is asked for when nothing more comes. */
  #remindLater(): void {
    const { missing = 0 } = this.#request
    const wait = this.#model.timeout(missing * this.#room, this.#reminders)
    this.#timer = this.#options.clock.after(wait, () => {
      this.#reminders += 1
      if (this.#reminders > limits.callAttempts.value) return
      this.#send(contexts.more, [Uint8Array.of(this.#request.missing ?? 0)])
      this.#remindLater()
    })
  }
}

const askBytes = 5
/** Contexts of links are below. */
const establishedBelow = 0x80

function recordOf({ kem, destination }: MeshIdentity): Uint8Array {
  const record: KeyRecord = {
    kemKey: kem.publicKey,
    signingKeyHash: destination.sigHash,
    anchor: destination.anchor,
  }
  return encodeKeyRecord(record)
}
