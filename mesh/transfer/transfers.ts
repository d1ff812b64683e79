import type { Clock, Random, Timer } from '#base'

import { transferFault } from '../faults.ts'
import { limits } from '../limits.ts'
import { Decoder } from './fountain.ts'
import {
  type AnswerFrame,
  blockSymbols,
  decodeFrame,
  encodeFrame,
  type Frame,
  headerBytes,
  type Place,
  type SymbolFrame,
} from './frame.ts'
import { Incoming, isWhole } from './incoming.ts'
import type { LinkModel } from './link-model.ts'
import { Outgoing, receiptHash } from './outgoing.ts'

export interface TransferPorts {
  readonly clock: Clock
  readonly random: Random
  readonly model: LinkModel
  /** Bytes of one frame. */
  readonly payload: number
  /** Bytes of objects in parts that the other may have this side hold; `transferTakingBytes` at most. */
  taking?(): number
  /** Resolved when the medium has taken the frame: one at a time is handed over. */
  send(frame: Uint8Array): Promise<void>
  /** Takes an object that is whole. The receipt goes once it is resolved; rejected, it comes again. */
  deliver(object: Uint8Array): void | Promise<void>
}

/** Objects that have a block under way however little the link holds. */
const atOnce = 4

interface Sending {
  readonly length: number
  /** Until it is on its way. */
  object: Uint8Array | undefined
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  outgoing: Outgoing | undefined
}

interface Delivered {
  readonly echo: Place
  readonly heard: number
  readonly heardAt: number
  /** When the receipt was said. */
  saidAt: number
  /** Undefined until it may be said. */
  hash: Uint8Array | undefined
}

/**
 * Objects both ways over one link, each whole or not at all, several at once in turn. Frames may get
 * lost, come twice and in another order; they are sealed by the link.
 */
export class Transfers {
  readonly #ports: TransferPorts
  readonly #waiting: Sending[] = []
  /** In the order of their turns. */
  readonly #sending = new Map<number, Sending>()
  readonly #incoming = new Map<number, Incoming>()
  /** Or never to be. */
  readonly #delivered = new Map<number, Delivered | undefined>()
  /** What is to be said next, and how often. */
  readonly #answers = new Map<number, { frame: AnswerFrame; copies: number }>()
  #bytes = 0
  /** Bytes of objects that are being taken. */
  #delivering = 0
  #transfer: number
  /** When the medium has sent what it took, if it is as slow as the model says. */
  #drainedAt = 0
  #failures = 0
  #isPumping = false
  #isStopped = false
  #timer: Timer | undefined

  constructor(ports: TransferPorts) {
    this.#ports = ports
    const [high = 0, low = 0] = ports.random.bytes(2)
    this.#transfer = (high << 8) | low
  }

  /** Bytes of objects that have no receipt yet. */
  get waiting(): number {
    return this.#bytes
  }

  /**
   * Resolved when the other has the object, by its hash.
   *
   * @throws `MESH_TRANSFER`
   */
  send(object: Uint8Array): Promise<void> {
    const { length } = object
    if (this.#isStopped) return Promise.reject(transferFault('stopped'))
    if (length === 0) return Promise.reject(transferFault('empty'))
    if (length > limits.transferObject.value) return Promise.reject(transferFault('large'))
    if (this.#bytes + length > limits.transferWaiting.value) {
      return Promise.reject(transferFault('busy'))
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#bytes += length
    this.#waiting.push({ length, object, resolve, reject, outgoing: undefined })
    this.#admit()
    this.#pump()
    return promise
  }

  /**
   * Takes a frame of the other.
   *
   * @throws `MESH_MALFORMED`
   */
  heard(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes)
    if (this.#isStopped) return
    if (frame.kind === 'symbol') this.#take(frame)
    else this.#answered(frame)
    this.#pump()
  }

  /** What has no receipt by now is rejected with `MESH_TRANSFER`. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    for (const incoming of this.#incoming.values()) incoming.stop()
    for (const { reject } of [...this.#sending.values(), ...this.#waiting]) {
      reject(transferFault('stopped'))
    }
    this.#waiting.length = 0
    this.#bytes = 0
    for (const map of [this.#sending, this.#incoming, this.#delivered, this.#answers]) map.clear()
  }

  #take(frame: SymbolFrame): void {
    const { transfer } = frame
    if (this.#delivered.has(transfer)) return this.#sayAgain(frame)
    // Who takes objects slower than they come is waited for.
    if (this.#delivering > this.#taking) return
    if (isWhole(frame)) return this.#takeWhole(frame)
    const { clock, model, payload } = this.#ports
    let incoming = this.#incoming.get(transfer)
    if (incoming === undefined) {
      incoming = new Incoming(frame, {
        clock,
        model,
        payload,
        longest: limits.transferObject.value,
        report: (report, copies) => {
          this.#answers.set(transfer, { frame: report, copies })
          this.#pump()
        },
      })
      this.#incoming.set(transfer, incoming)
    }
    const object = incoming.add(frame)
    if (object === undefined) return this.#makeRoom(incoming)
    this.#incoming.delete(transfer)
    incoming.stop()
    if (object === 'refused') this.#remember(transfer, undefined)
    else void this.#deliver(transfer, object, incoming)
  }

  #takeWhole({ transfer, block, index, symbol }: SymbolFrame): void {
    if (symbol.length === 0) return
    const decoder = new Decoder(symbol.length, symbol.length)
    decoder.add(index, symbol)
    const [echo, heardAt] = [{ block, index }, this.#ports.clock.now()]
    void this.#deliver(transfer, decoder.result(), { echo, heard: 1, heardAt })
  }

  async #deliver(
    transfer: number,
    object: Uint8Array,
    { echo, heard, heardAt }: Pick<Delivered, 'echo' | 'heard' | 'heardAt'>,
  ): Promise<void> {
    const delivered: Delivered = { echo, heard, heardAt, saidAt: 0, hash: undefined }
    this.#remember(transfer, delivered)
    this.#delivering += object.length
    try {
      const hash = receiptHash(object)
      await this.#ports.deliver(object)
      delivered.hash = hash
    } catch {
      this.#delivered.delete(transfer)
    }
    this.#delivering -= object.length
    this.#say(transfer, delivered)
  }

  #remember(transfer: number, delivered: Delivered | undefined): void {
    this.#delivered.set(transfer, delivered)
    const [oldest] = this.#delivered.keys()
    if (this.#delivered.size > limits.transferReceipts.value && oldest !== undefined) {
      this.#delivered.delete(oldest)
    }
  }

  #say(transfer: number, delivered: Delivered): void {
    const { hash, echo, heard, heardAt } = delivered
    if (hash === undefined || this.#isStopped) return
    const { clock, model } = this.#ports
    delivered.saidAt = clock.now()
    const held = delivered.saidAt - heardAt
    const frame: AnswerFrame = { kind: 'receipt', transfer, echo, held, heard, hash }
    this.#answers.set(transfer, { frame, copies: model.copies() })
    this.#pump()
  }

  /** The sender seems not to have heard the receipt. */
  #sayAgain({ transfer, left }: SymbolFrame): void {
    const { clock, model } = this.#ports
    const delivered = this.#delivered.get(transfer)
    if (delivered === undefined) return
    const since = clock.now() - delivered.saidAt
    if (left === 0 || since > model.roundTrip) this.#say(transfer, delivered)
  }

  /** The silent go first, and last the one that just grew. */
  #makeRoom(latest: Incoming): void {
    const all = [...this.#incoming].toSorted(([, a], [, b]) => a.heardAt - b.heardAt)
    let held = all.reduce((sum, [, incoming]) => sum + incoming.held, 0)
    const others = all.filter(([, one]) => one !== latest)
    const taking = this.#taking
    const order = [...others, ...all.filter(([, one]) => one === latest)]
    for (const [transfer, incoming] of order) {
      const isOver = this.#incoming.size > limits.transferTaking.value || held > taking
      if (!isOver) return
      held -= incoming.held
      incoming.stop()
      this.#incoming.delete(transfer)
      this.#answers.delete(transfer)
    }
  }

  get #taking(): number {
    const most = limits.transferTakingBytes.value
    return Math.min(most, this.#ports.taking?.() ?? most)
  }

  #answered(frame: AnswerFrame): void {
    const sending = this.#sending.get(frame.transfer)
    const state = sending?.outgoing?.answered(frame, this.#ports.clock.now())
    if (sending === undefined || state === undefined || state === 'open') return
    this.#sending.delete(frame.transfer)
    this.#bytes -= sending.length
    this.#admit()
    if (state === 'arrived') sending.resolve()
    else sending.reject(transferFault('differs'))
  }

  #pump(): void {
    if (this.#isPumping || this.#isStopped) return
    this.#isPumping = true
    void this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    const { clock, model } = this.#ports
    this.#timer?.cancel()
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      const bytes = encodeFrame(frame)
      this.#drainedAt = Math.max(this.#drainedAt, clock.now()) + model.airtime(bytes.length)
      try {
        await this.#ports.send(bytes)
        this.#failures = 0
      } catch {
        await this.#pause(model.timeout(bytes.length, this.#failures++))
      }
      if (this.#isStopped) return
      if (frame.kind === 'symbol') {
        this.#sending.get(frame.transfer)?.outgoing?.sent(frame, clock.now(), this.#drainedAt)
      }
    }
    this.#isPumping = false
    this.#arm()
  }

  #pause(delay: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#timer = this.#ports.clock.after(delay, resolve)
    return promise
  }

  #arm(): void {
    let deadline = Infinity
    for (const { outgoing } of this.#sending.values()) {
      deadline = Math.min(deadline, outgoing?.deadline ?? Infinity)
    }
    if (deadline === Infinity) return
    const { clock } = this.#ports
    this.#timer = clock.after(Math.max(1, Math.ceil(deadline - clock.now())), () => this.#pump())
  }

  #next(): Frame | undefined {
    for (const [transfer, answer] of this.#answers) {
      if (--answer.copies <= 0) this.#answers.delete(transfer)
      return answer.frame
    }
    const now = this.#ports.clock.now()
    const room = this.#room()
    for (const [transfer, sending] of this.#sending) {
      const { outgoing } = sending
      const frame = outgoing?.next(now, room(outgoing))
      if (frame === undefined) continue
      // Its turn is over: the others come first.
      this.#sending.delete(transfer)
      this.#sending.set(transfer, sending)
      return frame
    }
    return undefined
  }

  #admit(): void {
    const { payload, model } = this.#ports
    while (this.#sending.size < limits.transferSending.value) {
      const at = this.#waiting.findIndex(({ length }) => this.#isAdmissible(length))
      const [sending] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (sending?.object === undefined) return
      while (this.#sending.has(this.#transfer)) this.#transfer = (this.#transfer + 1) & 0xffff
      sending.outgoing = new Outgoing(this.#transfer, sending.object, payload, model)
      sending.object = undefined
      this.#sending.set(this.#transfer, sending)
      this.#transfer = (this.#transfer + 1) & 0xffff
    }
  }

  /** Large ones leave room for small ones, and all of them fit what the other takes at once. */
  #isAdmissible(length: number): boolean {
    if (length <= limits.transferSmall.value) return true
    let [bytes, large] = [length, 0]
    for (const other of this.#sending.values()) {
      bytes += other.length
      if (other.length > limits.transferSmall.value) large++
    }
    return large < limits.transferSending.value / 2 && bytes <= limits.transferObject.value
  }

  /**
   * Whether one more block may be under way: twice what the link holds, and two blocks, may be; of
   * several objects, one block each of the first few; and single frames, which are short.
   */
  #room(): (outgoing: Outgoing) => boolean {
    const { payload, model } = this.#ports
    let [bytes, begun] = [0, 0]
    for (const { outgoing } of this.#sending.values()) {
      const open = outgoing?.open ?? 0
      bytes += open
      if (open > 0) begun++
    }
    const least = 2 * blockSymbols * (payload - headerBytes)
    const room = least + 2 * model.bytesUnderWay - bytes
    return ({ open, nextBlock = 0 }) =>
      nextBlock <= Math.max(room, payload) || (open === 0 && begun < atOnce)
  }
}
