import { type Clock, concat, type Hex, hex, type Timer } from '#base'

import { linkFault, malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import type { LinkModel } from '../transfer/link-model.ts'

export interface MessagePorts {
  readonly clock: Clock
  readonly model: LinkModel
  /** Seals and sends; @returns what the other answers once it has opened it. */
  seal(plaintext: Uint8Array): Uint8Array
  /** Rejected, the message comes again. */
  deliver(message: Uint8Array): void | Promise<void>
}

interface Waiting {
  readonly number: number
  readonly message: Uint8Array
  readonly receipts: Hex[]
  sentAt: number
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
  attempt: number
  timer: Timer | undefined
}

/** Of message numbers, so many back are told apart. */
const numbers = 256
const window = numbers / 2
/** A timeout is doubled so often. */
const mostPatient = 2

/**
 * Messages that fit one cell: `number 1 | message`. Each is sent until its receipt comes, 16 bytes that
 * only who opened the cell can make, and is delivered once.
 */
export class Messages {
  readonly #ports: MessagePorts
  readonly #waiting = new Map<number, Waiting>()
  readonly #byReceipt = new Map<Hex, Waiting>()
  readonly #queue: Waiting[] = []
  #next = 0
  /** The highest that was heard, counted on beyond a byte, and what of those before it was. */
  #highest = -1
  readonly #heard = new Map<number, 'under way' | 'delivered'>()

  constructor(ports: MessagePorts) {
    this.#ports = ports
  }

  /** Resolved by the receipt. Rejected with `MESH_LINK`. */
  send(message: Uint8Array): Promise<void> {
    if (this.#queue.length >= limits.messagesWaiting.value) return Promise.reject(linkFault('busy'))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const one = { number: this.#next++, message, receipts: [], resolve, reject }
    this.#queue.push({ ...one, sentAt: 0, attempt: 0, timer: undefined })
    this.#pump()
    return promise
  }

  /**
   * @returns Whether the other side may have its receipt.
   * @throws `MESH_MALFORMED`
   */
  async heard(plaintext: Uint8Array): Promise<boolean> {
    const [low] = plaintext
    if (low === undefined) throw malformed('message', 'it is empty')
    const number = this.#nearest(low)
    if (number === undefined) return false
    const state = this.#heard.get(number)
    if (state !== undefined) return state === 'delivered'
    this.#heard.set(number, 'under way')
    this.#highest = Math.max(this.#highest, number)
    for (const old of this.#heard.keys()) if (old <= this.#highest - window) this.#heard.delete(old)
    try {
      await this.#ports.deliver(plaintext.slice(1))
    } catch {
      this.#heard.delete(number)
      return false
    }
    this.#heard.set(number, 'delivered')
    return true
  }

  /** The number that ends so and is nearest to the next. */
  #nearest(low: number): number | undefined {
    const expected = this.#highest + 1
    const ahead = (((low - expected) % numbers) + numbers + window) % numbers
    const number = expected + ahead - window
    return number < 0 ? undefined : number
  }

  /** @returns Whether it is one. */
  heardReceipt(receipt: Uint8Array): boolean {
    const one = this.#byReceipt.get(hex(receipt))
    if (one === undefined) return false
    const { clock, model } = this.#ports
    if (one.attempt === 0) model.answered(clock.now() - one.sentAt)
    this.#forget(one)
    one.resolve()
    this.#pump()
    return true
  }

  /** What has no receipt is rejected with `MESH_LINK`. */
  stop(): void {
    for (const one of [...this.#waiting.values(), ...this.#queue.splice(0)]) {
      this.#forget(one)
      one.reject(linkFault('closed'))
    }
  }

  /** None so far beyond the oldest without a receipt that the other could take it for another. */
  #pump(): void {
    for (;;) {
      const [next] = this.#queue
      const [oldest] = this.#waiting.keys()
      const span = next === undefined || oldest === undefined ? 0 : next.number - oldest
      if (next === undefined || span >= limits.messagesUnderWay.value) return
      this.#queue.shift()
      this.#waiting.set(next.number, next)
      next.sentAt = this.#ports.clock.now()
      this.#send(next)
    }
  }

  #send(one: Waiting): void {
    const { clock, model } = this.#ports
    const plaintext = concat(Uint8Array.of(one.number % numbers), one.message)
    try {
      const receipt = hex(this.#ports.seal(plaintext))
      one.receipts.push(receipt)
      this.#byReceipt.set(receipt, one)
    } catch (error) {
      this.#forget(one)
      one.reject(error)
      return
    }
    // Others wait behind it, and whether anybody is there is for the link to judge.
    const patience = Math.min(one.attempt, mostPatient)
    one.timer = clock.after(model.timeout(plaintext.length, patience), () => {
      one.attempt += 1
      this.#send(one)
    })
  }

  #forget(one: Waiting): void {
    one.timer?.cancel()
    this.#waiting.delete(one.number)
    for (const receipt of one.receipts) this.#byReceipt.delete(receipt)
  }
}
