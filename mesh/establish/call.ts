import { type Clock, concat, fixed, isFault, type Random, type Timer } from '#base'

import { requestHeaderBytes } from '../cell.ts'
import { linkFault } from '../faults.ts'
import { limits } from '../limits.ts'
import { type LinkOffer, linkProofBytes, offerLink } from '../link/handshake.ts'
import { decodeKeyRecord, keyRecordBytes } from '../link/key-record.ts'
import { type ResumeOffer, resumeAnswerBytes } from '../link/resume.ts'
import type { Session } from '../link/session.ts'
import type { Circuit } from '../router/router.ts'
import type { LinkModel } from '../transfer/link-model.ts'
import { establishContexts as contexts } from './contexts.ts'
import { Gathering, Parcel } from './parcel.ts'

export interface CallOptions {
  readonly clock: Clock
  readonly random: Random
  /** Towards who is called. Its `receive` belongs to the call until it is over. */
  readonly circuit: Circuit
  readonly model: LinkModel
  /** 32 bytes. */
  readonly address: Uint8Array
  /** Of the address, where it is known. */
  readonly keyRecord?: Uint8Array | undefined
  /** To go on from an earlier link: tried before a new one. */
  readonly resume?: { readonly offer: ResumeOffer; readonly mtu: number } | undefined
}

export interface Called {
  readonly session: Session
  /** 1237 bytes, to know for the next time; undefined where none was needed. */
  readonly keyRecord: Uint8Array | undefined
  readonly mtu: number
  /** Whether it goes on from an earlier link. */
  readonly isResumed: boolean
}

/** Fetches the key of who is called, where it is not known, and makes a link. */
export class Call {
  readonly done: Promise<Called>
  readonly #options: CallOptions
  readonly #settle: PromiseWithResolvers<Called>
  #mtu: number
  #step: ResumeStep | KeyStep | LinkStep
  #attempt = 0
  #timer: Timer | undefined
  #askedAt: number

  constructor(options: CallOptions) {
    this.#options = options
    this.#settle = Promise.withResolvers<Called>()
    this.done = this.#settle.promise
    this.#askedAt = options.clock.now()
    this.#mtu = options.circuit.mtu
    options.circuit.receive = (context, body) => {
      this.#heard(context, body)
    }
    const { resume } = options
    this.#step = resume === undefined ? this.#first() : new ResumeStep(resume.offer)
    this.#ask()
  }

  /** Gives up. */
  cancel(): void {
    this.#end()
    this.#settle.reject(linkFault('cancelled'))
  }

  get #room(): number {
    return this.#mtu - requestHeaderBytes
  }

  #first(): KeyStep | LinkStep {
    const { keyRecord } = this.#options
    return keyRecord === undefined ? new KeyStep(this.#room) : this.#offer(keyRecord)
  }

  #offer(keyRecord: Uint8Array): LinkStep {
    const { address, random } = this.#options
    const record = decodeKeyRecord(keyRecord, address)
    const offer = offerLink(record, { mtu: this.#mtu, flags: 0 }, random)
    return new LinkStep(offer, keyRecord, this.#room)
  }

  #ask(): void {
    const { clock, model } = this.#options
    const cells = this.#step.ask()
    this.#send(cells)
    const bytes = cells.reduce((sum, { body }) => sum + body.length, this.#step.answerBytes)
    this.#timer = clock.after(model.timeout(bytes, this.#attempt), () => {
      this.#attempt += 1
      if (this.#attempt === attemptsAtUsualSize) this.#changeCourse()
      if (this.#attempt < limits.callAttempts.value) this.#ask()
      else this.#fail()
    })
  }

  /** The other side may have forgotten, and somebody may carry no more than the least that all must. */
  #changeCourse(): void {
    if (this.#step instanceof ResumeStep) {
      this.#beginAnew()
      return
    }
    if (this.#step.hasHeard || this.#mtu <= limits.leastCell.value) return
    this.#mtu = limits.leastCell.value
    const { keyRecord } = this.#step
    this.#step = keyRecord === undefined ? new KeyStep(this.#room) : this.#offer(keyRecord)
  }

  #beginAnew(): void {
    this.#attempt = 0
    this.#askedAt = this.#options.clock.now()
    this.#step = this.#first()
  }

  /** What does not go out comes again with the next attempt. */
  #send(cells: readonly Asking[]): void {
    for (const { context, body } of cells) {
      this.#options.circuit.send(context, body, 'control').catch(() => {})
    }
  }

  #heard(context: number, body: Uint8Array): void {
    const outcome = this.#step.heard(context, body)
    if (outcome === undefined) return
    if (outcome.kind === 'more') {
      this.#send(outcome.cells)
      return
    }
    this.#timer?.cancel()
    if (outcome.kind === 'refused') {
      this.#beginAnew()
      this.#ask()
      return
    }
    const { clock, model } = this.#options
    if (this.#attempt === 0) model.answered(clock.now() - this.#askedAt)
    if (outcome.kind === 'linked') {
      this.#end()
      const isResumed = this.#step instanceof ResumeStep
      const mtu = isResumed ? (this.#options.resume?.mtu ?? this.#mtu) : this.#mtu
      this.#settle.resolve({ ...outcome, mtu, isResumed })
      return
    }
    this.#step = this.#afterKey(outcome.keyRecord)
    // A false one does not begin the count anew.
    if (this.#step instanceof LinkStep) this.#attempt = 0
    this.#askedAt = clock.now()
    this.#ask()
  }

  /** What is not the record of the address was made by somebody on the way: it is asked for anew. */
  #afterKey(keyRecord: Uint8Array): KeyStep | LinkStep {
    try {
      return this.#offer(keyRecord)
    } catch (error) {
      if (!isFault(error, 'MESH_MALFORMED')) throw error
      return new KeyStep(this.#room)
    }
  }

  #fail(): void {
    this.#end()
    this.#settle.reject(linkFault('unanswered'))
  }

  #end(): void {
    this.#timer?.cancel()
    this.#options.circuit.receive = () => {}
  }
}

/** With cells as large as usual, before those that pass everywhere. */
const attemptsAtUsualSize = 2

interface Asking {
  readonly context: number
  readonly body: Uint8Array
}

type Outcome =
  | { readonly kind: 'more'; readonly cells: readonly Asking[] }
  | { readonly kind: 'key'; readonly keyRecord: Uint8Array }
  | {
      readonly kind: 'linked'
      readonly session: Session
      readonly keyRecord: Uint8Array | undefined
    }
  | { readonly kind: 'refused' }

/** Until an earlier link goes on. */
class ResumeStep {
  readonly answerBytes = resumeAnswerBytes
  readonly #offer: ResumeOffer

  constructor(offer: ResumeOffer) {
    this.#offer = offer
  }

  ask(): readonly Asking[] {
    return [{ context: contexts.resume, body: this.#offer.request }]
  }

  heard(context: number, body: Uint8Array): Outcome | undefined {
    if (context !== contexts.resumed) return undefined
    // Whoever is on the way could say so: it costs a handshake, as dropping it would.
    if (body.length === 0) return { kind: 'refused' }
    return { kind: 'linked', session: this.#offer.complete(body), keyRecord: undefined }
  }
}

/** Until the key record is here. */
class KeyStep {
  readonly #room: number
  readonly #gathering = new Gathering(keyRecordBytes)
  #first = 0

  constructor(room: number) {
    this.#room = room
  }

  readonly answerBytes = keyRecordBytes
  readonly keyRecord = undefined

  get hasHeard(): boolean {
    return this.#gathering.missing !== undefined
  }

  ask(): readonly Asking[] {
    return this.#askFor(this.#gathering.missing ?? Math.ceil(keyRecordBytes / this.#room))
  }

  #askFor(parts: number): readonly Asking[] {
    const mtu = this.#room + requestHeaderBytes
    const body = concat(fixed(mtu, 2), fixed(this.#first, 2), Uint8Array.of(parts))
    this.#first += parts
    return [{ context: contexts.askKey, body }]
  }

  heard(context: number, body: Uint8Array): Outcome | undefined {
    if (context !== contexts.key) return undefined
    const keyRecord = this.#gathering.add(body)
    if (keyRecord !== undefined) return { kind: 'key', keyRecord }
    const shortage = this.#gathering.takeShortage()
    return shortage === undefined ? undefined : { kind: 'more', cells: this.#askFor(shortage) }
  }
}

/** Until the proof is here. */
class LinkStep {
  readonly #offer: LinkOffer
  readonly keyRecord: Uint8Array
  readonly #parcel: Parcel
  readonly #gathering = new Gathering(linkProofBytes)
  #hasAsked = false

  constructor(offer: LinkOffer, keyRecord: Uint8Array, room: number) {
    this.#offer = offer
    this.keyRecord = keyRecord
    this.#parcel = new Parcel(offer.request, room)
  }

  readonly answerBytes = linkProofBytes

  get hasHeard(): boolean {
    return this.#gathering.missing !== undefined
  }

  ask(): readonly Asking[] {
    const { missing } = this.#gathering
    if (missing !== undefined) return [{ context: contexts.more, body: Uint8Array.of(missing) }]
    // The first time all of it; later a part, so that who has it all sends its answer again.
    const count = this.#hasAsked ? 2 : this.#parcel.count
    this.#hasAsked = true
    return this.#parts(count)
  }

  heard(context: number, body: Uint8Array): Outcome | undefined {
    if (context === contexts.more) {
      const count = Math.min(body[0] ?? 0, this.#parcel.count)
      return { kind: 'more', cells: this.#parts(count) }
    }
    if (context !== contexts.proof) return undefined
    const proof = this.#gathering.add(body)
    if (proof === undefined) {
      const shortage = this.#gathering.takeShortage()
      if (shortage === undefined) return undefined
      return { kind: 'more', cells: [{ context: contexts.more, body: Uint8Array.of(shortage) }] }
    }
    return { kind: 'linked', session: this.#complete(proof), keyRecord: this.keyRecord }
  }

  #complete(proof: Uint8Array): Session {
    try {
      return this.#offer.complete(proof)
    } catch (error) {
      // Made by somebody on the way: the right one may still come.
      this.#gathering.reset()
      throw error
    }
  }

  #parts(count: number): readonly Asking[] {
    return this.#parcel.next(count).map((body) => ({ context: contexts.link, body }))
  }
}
