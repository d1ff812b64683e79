import { type Clock, hex, isFault, type Log, type Random } from '#base'
import { addressText, type Link, type MeshIdentity, type MeshNode } from '#mesh'

import { limits } from '../limits.ts'
import {
  decodeEnvelope,
  decodeLetter,
  encodeLetter,
  idBytes,
  type Letter,
  messageIn,
} from './letters.ts'
import type { Shelf } from './shelf.ts'

export interface OutboxOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly node: Pick<MeshNode, 'connect'>
  readonly identity: MeshIdentity
  readonly shelf: Shelf
}

/** `unknown`: it is over, and how was forgotten, at the latest when the node was started again. */
export type Outcome = 'waiting' | 'delivered' | 'cancelled' | 'unknown'

interface Correspondent {
  readonly address: Uint8Array
  /** Those for whom a link of its own is made, as it says nothing of who sends. */
  readonly isAnonymous: boolean
  readonly numbers: number[]
  link: Link | undefined
}

/** What this node has to hand over, and tries until it is, also after a restart. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #correspondents = new Map<string, Correspondent>()
  readonly #workers = new Set<Promise<void>>()
  readonly #outcomes = new Map<number, Outcome>()
  /** Each ends one pause. */
  readonly #pauses = new Set<() => void>()
  #isStopped = false

  private constructor(options: OutboxOptions) {
    this.#options = options
  }

  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options)
    for await (const [number, value] of options.shelf.entries(0)) {
      outbox.#queue(number, decodeEnvelope(value))
    }
    return outbox
  }

  /** @returns Its number, once it is on disk. Throws `MESH_SHELF_FULL` and `MESH_MALFORMED`. */
  async add(letter: Omit<Letter, 'id'>): Promise<number> {
    const { random, shelf } = this.#options
    const number = await shelf.add(encodeLetter({ ...letter, id: random.bytes(idBytes) }))
    this.#queue(number, letter)
    return number
  }

  get count(): number {
    return this.#options.shelf.count
  }

  waits(number: number): Outcome {
    if (this.#options.shelf.has(number)) return 'waiting'
    return this.#outcomes.get(number) ?? 'unknown'
  }

  /** Those under way after `after`, in order. */
  async *list(after: number): AsyncIterable<Letter & { readonly number: number }> {
    for await (const [number, value] of this.#options.shelf.entries(after)) {
      yield { number, ...decodeLetter(value) }
    }
  }

  /** Gives one up. @returns Whether it was still to be sent. */
  async remove(number: number): Promise<boolean> {
    return this.#end(number, 'cancelled')
  }

  /** Resolved when nothing is tried any more: once `node` is stopped too, as a call may take long. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const end of this.#pauses) end()
    for (const { link } of this.#correspondents.values()) link?.close()
    await Promise.all(this.#workers)
  }

  #queue(number: number, { address, isAnonymous }: Omit<Letter, 'id' | 'content'>): void {
    if (address === undefined || this.#isStopped) return
    const name = `${hex(address)} ${isAnonymous}`
    const known = this.#correspondents.get(name)
    if (known !== undefined) {
      known.numbers.push(number)
      return
    }
    const one: Correspondent = { address, isAnonymous, numbers: [number], link: undefined }
    this.#correspondents.set(name, one)
    const worker = this.#serve(name, one).finally(() => this.#workers.delete(worker))
    this.#workers.add(worker)
  }

  /** Until nothing is left for it. */
  async #serve(name: string, one: Correspondent): Promise<void> {
    const { meshRetryLeast, meshRetryMost } = limits
    let pause: number = meshRetryLeast.value
    while (!this.#isStopped && one.numbers.length > 0) {
      try {
        await this.#sendNext(one)
        pause = meshRetryLeast.value
      } catch (error) {
        if (!isFault(error)) throw error
        one.link?.close()
        one.link = undefined
        if (this.#isStopped) break
        const to = addressText(one.address)
        this.#options.log.info('not delivered yet', { to, reason: error.message })
        await this.#pause(pause)
        pause = Math.min(2 * pause, meshRetryMost.value)
      }
    }
    this.#correspondents.delete(name)
    one.link?.close()
  }

  async #sendNext(one: Correspondent): Promise<void> {
    const [number = 0] = one.numbers
    const value = this.#options.shelf.get(number)
    if (value !== undefined) await this.#send(number, messageIn(value), one)
    one.numbers.shift()
  }

  async #send(number: number, message: Uint8Array, one: Correspondent): Promise<void> {
    const { log, identity } = this.#options
    const to = addressText(one.address)
    const link = await this.#linkTo(one)
    try {
      if (!one.isAnonymous) await link.introduce(identity)
      await link.send(message)
    } catch (error) {
      if (!isTooLarge(error)) throw error
      log.warn('given up', { number, to, reason: error.message })
      await this.#end(number, 'cancelled')
      return
    }
    log.info('delivered', { number, to })
    await this.#end(number, 'delivered')
  }

  async #linkTo(one: Correspondent): Promise<Link> {
    one.link ??= await this.#options.node.connect(one.address, limits.meshPatience.value)
    if (this.#isStopped) one.link.close()
    return one.link
  }

  /** One that was cancelled while it was handed over was delivered. */
  async #end(number: number, outcome: Outcome): Promise<boolean> {
    const { shelf } = this.#options
    if (!shelf.has(number) && outcome !== 'delivered') return false
    this.#outcomes.delete(number)
    this.#outcomes.set(number, outcome)
    const [oldest] = this.#outcomes.keys()
    if (this.#outcomes.size > limits.meshOutcomes.value && oldest !== undefined) {
      this.#outcomes.delete(oldest)
    }
    return shelf.remove(number)
  }

  #pause(span: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = (): void => {
      timer.cancel()
      this.#pauses.delete(end)
      resolve()
    }
    const timer = this.#options.clock.after(span, end)
    this.#pauses.add(end)
    return promise
  }
}

function isTooLarge(error: unknown): error is Error {
  return (
    isFault(error, 'MESH_TRANSFER') && 'reason' in error.facts && error.facts.reason === 'large'
  )
}
