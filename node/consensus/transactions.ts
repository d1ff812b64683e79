import { isFault, type Log } from '#base'
import { type Chain, isObjective } from '#chain'
import { keccak256 } from '#crypto'
import type { MeshPort, Topic } from '#mesh'

const name = 'transactions'

/** Transactions between nodes: what a client brought is told to all, what peers tell is looked at. */
export class TransactionGossip {
  readonly topic: Topic
  readonly #chain: Pick<Chain, 'pool'>
  readonly #log: Log
  /** Wire hashes that a peer told and the pool is looking at: gossip passes those on by itself. */
  readonly #arriving = new Set<string>()

  constructor(chain: Pick<Chain, 'pool'>, log: Log) {
    this.#chain = chain
    this.#log = log
    this.topic = {
      name,
      validate: (wire, { peer }) => this.#validate(wire, peer),
    }
  }

  /** Tells `network` what comes into the pool, until the function it gives is called. */
  connect(network: Pick<MeshPort, 'publish'>): () => void {
    return this.#chain.pool.onAdded(({ wire, wireHash }) => {
      if (this.#arriving.has(wireHash.toHex())) return
      network.publish(name, wire).catch((error: unknown) => {
        this.#log.warn('a transaction was not passed on', { reason: String(error) })
      })
    })
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
