import { concat, fixed, isFault, type Log } from '#base'
import type { Store } from '#storage'

import { reasonOf } from '../faults.ts'
import type { Topic, Verdict } from '../port.ts'
import { decodePeerBinding, encodePeerBinding, type PeerBinding } from './binding.ts'
import type { PeerBindings } from './bindings.ts'

export const bindingTopic = 'bindings'

const tag = Uint8Array.of(0x76)
const end = Uint8Array.of(0x77)

/**
 * T4 on disk and in gossip: of each validator the binding that holds, beside the peer book. Synced,
 * unlike the book: after a loss of power a node that was retired must not be taken for the
 * validator's again.
 */
export class BindingKeeper {
  readonly topic: Topic = {
    name: bindingTopic,
    validate: (message) => this.#validate(message),
  }
  readonly #store: Store
  readonly #log: Log
  #bindings: PeerBindings

  private constructor(store: Store, bindings: PeerBindings, log: Log) {
    this.#store = store
    this.#bindings = bindings
    this.#log = log
  }

  /** Takes up what is on disk. What does not hold there, or was damaged, is deleted. */
  static async open(store: Store, bindings: PeerBindings, log: Log): Promise<BindingKeeper> {
    const useless: Uint8Array[] = []
    for await (const [key, value] of store.entries({ gte: tag, lt: end })) {
      if (!(await isTaken(value, bindings))) useless.push(key)
    }
    if (useless.length > 0) {
      const changes = useless.map((key) => ({ type: 'del', key }) as const)
      await store.write(changes, { sync: false })
    }
    return new BindingKeeper(store, bindings, log)
  }

  get bindings(): PeerBindings {
    return this.#bindings
  }

  /** The committee of another epoch. */
  replace(bindings: PeerBindings): void {
    this.#bindings = bindings
  }

  /** Throws `NETWORK_BINDING`. @returns Whether it was new, and is on disk. */
  async take(binding: PeerBinding): Promise<boolean> {
    if (!(await this.#bindings.offer(binding))) return false
    const { author, peer, sequence } = binding
    this.#log.info('validator moved to another node', { author, peer, sequence })
    const change = { type: 'put', key: keyOf(author), value: encodePeerBinding(binding) } as const
    await this.#store.write([change], { sync: true })
    return true
  }

  async #validate(message: Uint8Array): Promise<Verdict> {
    try {
      return (await this.take(decodePeerBinding(message))) ? 'accept' : 'ignore'
    } catch (error) {
      if (!isFault(error, 'NETWORK_BINDING')) throw error
      this.#log.debug('binding refused', { reason: reasonOf(error) })
      return 'reject'
    }
  }
}

/** One place for each validator: nobody else can make the store grow. */
function keyOf(author: number): Uint8Array {
  return concat(tag, fixed(author, 2))
}

async function isTaken(value: Uint8Array, bindings: PeerBindings): Promise<boolean> {
  try {
    return await bindings.offer(decodePeerBinding(value))
  } catch (error) {
    if (isFault(error, 'NETWORK_BINDING')) return false
    throw error
  }
}
