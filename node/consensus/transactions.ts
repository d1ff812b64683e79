import { type Clock, isFault, type Log, type Timer } from '#base'
import { type Chain, isObjective } from '#chain'
import { keccak256 } from '#crypto'
import type { NetworkPort, Topic } from '#network'

import { limits } from '../limits.ts'

const name = 'transactions'
const lookEvery = 1_000
/** Gossip drops what it has seen in the last two minutes. */
const retellAfter = 150_000

interface Own {
  readonly wire: Uint8Array
  /** When it last reached a peer; undefined before. */
  toldAt: number | undefined
}

/**
 * Transactions between nodes: what a client brought is told to all, again and again while it waits;
 * what peers tell is looked at.
 */
export class TransactionGossip {
  readonly topic: Topic
  readonly #chain: Pick<Chain, 'pool'>
  readonly #clock: Clock
  readonly #log: Log
  /** Wire hashes that a peer told and the pool is looking at: gossip passes those on by itself. */
  readonly #arriving = new Set<string>()
  /** What this node has to tell, by wire hash: as many as its pool holds. */
  readonly #own = new Map<string, Own>()

  constructor(chain: Pick<Chain, 'pool'>, clock: Clock, log: Log) {
    this.#chain = chain
    this.#clock = clock
    this.#log = log
    this.topic = {
      name,
      validate: (wire, { peer }) => this.#validate(wire, peer),
    }
  }

  /** Tells `network` what is in the pool and comes into it, until the function it gives is called. */
  connect(network: Pick<NetworkPort, 'publish'>): () => void {
    const { pool } = this.#chain
    for (const { wire } of pool.list()) this.#keep(keccak256(wire).toHex(), wire)
    const forget = pool.onAdded(({ wire, wireHash }) => {
      const id = wireHash.toHex()
      if (!this.#arriving.has(id)) void this.#tell(network, this.#keep(id, wire))
    })
    let timer: Timer
    const look = (): void => {
      timer = this.#clock.after(lookEvery, look)
      for (const own of this.#due()) void this.#tell(network, own)
    }
    timer = this.#clock.after(lookEvery, look)
    return () => {
      forget()
      timer.cancel()
    }
  }

  #keep(id: string, wire: Uint8Array): Own {
    const own: Own = { wire, toldAt: undefined }
    this.#own.set(id, own)
    return own
  }

  /** The first of those that nobody was told of lately. */
  #due(): readonly Own[] {
    const before = this.#clock.now() - retellAfter
    const due: Own[] = []
    for (const [id, own] of this.#own) {
      if (!this.#chain.pool.hasEncoding(id)) this.#own.delete(id)
      else if ((own.toldAt ?? before) <= before) due.push(own)
      if (due.length === limits.retold.value) break
    }
    return due
  }

  async #tell(network: Pick<NetworkPort, 'publish'>, own: Own): Promise<void> {
    try {
      if ((await network.publish(name, own.wire)) > 0) own.toldAt = this.#clock.now()
    } catch (error) {
      this.#log.warn('a transaction was not passed on', { reason: String(error) })
    }
  }

  async #validate(wire: Uint8Array, peer: string): Promise<'accept' | 'ignore' | 'reject'> {
    const id = keccak256(wire).toHex()
    this.#arriving.add(id)
    try {
      await this.#chain.pool.submit(wire, { kind: 'peer', id: peer })
      return 'accept'
    } catch (error) {
      if (!isFault(error)) throw error
      return isObjective(error) ? 'reject' : 'ignore'
    } finally {
      this.#arriving.delete(id)
    }
  }
}
