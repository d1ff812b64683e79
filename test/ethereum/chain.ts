import { Fault } from '#base'
import type { AsyncReads, ChainFace } from '#chain'
import type { Store } from '#storage'

import type { Ledger } from '../../chain/block/ledger.ts'
import { type ReadContext, reads, uninterrupted } from '../../chain/reads/index.ts'
import type { EthereumProfile } from './profile.ts'

/** An imported chain as RPC sees it: the production reads, over snapshots of this store. */
export function ethereumChain(store: Store, ledger: Ledger, profile: EthereumProfile): ChainFace {
  const { head } = ledger
  const all = readsOver(store, profile)
  return {
    chainId: profile.chainId,
    genesisHash: profile.genesisHash,
    head,
    onHead: () => () => undefined,
    nextBaseFee: profile.nextBaseFee(head.header) ?? 0n,
    reads: all,
    readsUntil: () => all,
    pool: {
      size: 0,
      executable: 0,
      submit: () => Promise.reject(new Fault({ code: 'POOL_CLOSED' }, 'this chain is imported')),
      byHash: () => undefined,
      pendingNonce: () => undefined,
      list: () => [],
      onAdded: () => () => undefined,
    },
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
