import { concat } from '#base'

import type { SyncSet } from './exchange.ts'
import type { ObjectStore } from './store.ts'

interface StoreSetOptions {
  /** 8 bytes. */
  readonly scope: Uint8Array
  /** The neighbour on the other side. */
  readonly source: string
  /** Which kinds belong into the scope: others are refused. */
  readonly kinds: ReadonlySet<number>
}

/** One scope of a store as a neighbour may reconcile it. */
export function storeSet(store: ObjectStore, { scope, source, kinds }: StoreSetOptions): SyncSet {
  return {
    ids: () => store.idsOf(scope),
    get: (id) => {
      const object = store.get(id)
      return object === undefined ? undefined : concat(Uint8Array.of(object.kind), object.body)
    },
    put: async (content) => {
      const kind = content[0] ?? 0
      if (!kinds.has(kind)) return 'refused'
      const { outcome } = await store.put(kind, content.subarray(1), { scope, source })
      return outcome
    },
  }
}
