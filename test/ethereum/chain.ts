import type { AsyncReads, ChainFace } from '#chain'
import type { Store } from '#storage'

import type { Ledger } from '../../chain/block/ledger.ts'
import { type ReadContext, reads, uninterrupted } from '../../chain/reads/index.ts'
import { EthereumPool } from './pool.ts'
import type { EthereumProfile } from './profile.ts'

export interface EthereumChain extends ChainFace {
  readonly pool: EthereumPool
}

/** An imported chain as RPC sees it: the production reads, over snapshots of this store. */
export function ethereumChain(
  store: Store,
  ledger: Ledger,
  profile: EthereumProfile,
): EthereumChain {
  const { head } = ledger
  const all = readsOver(store, profile)
  const blobBaseFee = profile.blobGasPrice?.(head.header)
  return {
    chainId: profile.chainId,
    transactionType: 2,
    genesisHash: profile.genesisHash,
    head,
    onHead: () => () => undefined,
    nextBaseFee: profile.nextBaseFee(head.header) ?? 0n,
    ...(blobBaseFee === undefined ? {} : { blobBaseFee }),
    reads: all,
    readsUntil: () => all,
    pool: new EthereumPool(profile, store, head),
  }
}

function readsOver(store: Store, profile: EthereumProfile): AsyncReads {
  const entries = Object.entries(reads).map(([name, read]) => [
    name,
    async (...parameters: readonly unknown[]) => {
      const reader = store.snapshot()
      try {
        const call = read as (context: ReadContext, ...rest: readonly unknown[]) => unknown
        return await call({ reader, profile, interrupt: uninterrupted }, ...parameters)
      } finally {
        await reader.close()
      }
    },
  ])
  return Object.fromEntries(entries) as AsyncReads
}
