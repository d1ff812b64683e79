/** A chain in memory, with the contracts of the genesis, as RPC sees one. */
import type { AsyncReads, ChainFace, Head } from '#chain'
import { transactionType } from '#protocol'

import { reads, uninterrupted } from '../../chain/reads/index.ts'
import type { Network } from '../chain/attacks/network.ts'
import { FixtureChain } from './fixture-chain.ts'

export class GovernedChain implements ChainFace {
  readonly transactionType = transactionType
  readonly nextBaseFee = 10n ** 9n
  readonly reads: AsyncReads
  /** Of another chain: nothing here is sent by way of RPC. */
  readonly pool = new FixtureChain().pool
  /** How often each read was asked for. */
  readonly asked = new Map<string, number>()
  readonly #network: Network
  readonly #listeners = new Set<(head: Head) => void>()

  constructor(network: Network) {
    this.#network = network
    this.reads = Object.fromEntries(
      Object.entries(reads).map(([name, read]) => [name, this.#asynchronous(name, read as Read)]),
    ) as unknown as AsyncReads
  }

  get chainId(): bigint {
    return this.#network.profile.chainId
  }

  get genesisHash(): Uint8Array {
    return this.#network.profile.genesisHash
  }

  get head(): Head {
    return this.#network.head
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readsUntil(): AsyncReads {
    return this.reads
  }

  /** Tells of the blocks that were made meanwhile. */
  moved(): void {
    for (const listener of this.#listeners) listener(this.head)
  }

  #asynchronous(name: string, read: Read) {
    return async (...parameters: readonly unknown[]): Promise<unknown> => {
      this.asked.set(name, (this.asked.get(name) ?? 0) + 1)
      const reader = this.#network.store.snapshot()
      const { profile } = this.#network
      try {
        return await read({ reader, profile, interrupt: uninterrupted }, ...parameters)
      } finally {
        await reader.close()
      }
    }
  }
}

type Read = (...parameters: readonly unknown[]) => unknown
