import { type Clock, hex, isFault, type Log } from '#base'
import { addressText, encodeContent, type Link, type MeshIdentity, type MeshNode } from '#mesh'

import { limits } from '../limits.ts'
import { decodeLetter, encodeLetter, type Letter } from './letters.ts'
import type { Shelf } from './shelf.ts'

export interface OutboxOptions {
  readonly clock: Clock
  readonly log: Log
  readonly node: Pick<MeshNode, 'connect'>
  readonly identity: MeshIdentity
  readonly shelf: Shelf
}

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
  #isStopped = false

  private constructor(options: OutboxOptions) {
    this.#options = options
  }

  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options)
    for await (const [number, value] of options.shelf.entries(0)) {
      outbox.#queue(number, decodeLetter(value))
    }
    return outbox
  }

  /** @returns Its number, once it is on disk. Throws `MESH_SHELF_FULL`. */
  async add(letter: Letter): Promise<number> {
    const number = await this.#options.shelf.add(encodeLetter(letter))
    this.#queue(number, letter)
    return number
  }

  get count(): number {
    return this.#options.shelf.count
  }

  has(number: number): boolean {
    return this.#options.shelf.has(number)
  }

  /** Those under way. */
  async *list(): AsyncIterable<Letter & { readonly number: number }> {
    for await (const [number, value] of this.#options.shelf.entries(0)) {
      yield { number, ...decodeLetter(value) }
    }
  }

  /** Gives one up. @returns Whether it was still to be sent. */
  remove(number: number): Promise<boolean> {
    return this.#options.shelf.remove(number)
  }

  stop(): void {
    this.#isStopped = true
  }

  #queue(number: number, { address, isAnonymous }: Letter): void {
    if (address === undefined) return
    const name = `${hex(address)} ${isAnonymous}`
    const known = this.#correspondents.get(name)
    if (known !== undefined) {
      known.numbers.push(number)
      return
    }
    const one: Correspondent = { address, isAnonymous, numbers: [number], link: undefined }
    this.#correspondents.set(name, one)
    void this.#serve(name, one)
  }

  /** Until nothing is left for it. */
  async #serve(name: string, one: Correspondent): Promise<void> {
    let failures = 0
    while (!this.#isStopped && one.numbers.length > 0) {
      try {
        await this.#sendNext(one)
        failures = 0
      } catch (error) {
        if (!isFault(error)) throw error
        one.link?.close()
        one.link = undefined
        failures += 1
        const to = addressText(one.address)
        this.#options.log.info('not delivered yet', { to, reason: error.message })
        await this.#pause(
          Math.min(limits.meshRetryLeast.value * 2 ** failures, limits.meshRetryMost.value),
        )
      }
    }
    this.#correspondents.delete(name)
    one.link?.close()
  }

  async #sendNext(one: Correspondent): Promise<void> {
    const { node, shelf, identity, log } = this.#options
    const [number = 0] = one.numbers
    const value = shelf.get(number)
    if (value !== undefined) {
      one.link ??= await node.connect(one.address, limits.meshPatience.value)
      if (!one.isAnonymous) await one.link.introduce(identity)
      await one.link.send(encodeContent(decodeLetter(value).content))
      await shelf.remove(number)
      log.info('delivered', { number, to: addressText(one.address) })
    }
    one.numbers.shift()
  }

  #pause(span: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#options.clock.after(span, resolve)
    return promise
  }
}
