import type { Change, Store } from '#storage'

const unsupported = (): never => {
  throw new TypeError('a bench store holds the head only')
}

/** As little as can stand behind a state, like the MapDB behind stock's: a Map, no snapshots. */
export function mapStore(): Store {
  const entries = new Map<string, Uint8Array>()
  return {
    get: (key) => entries.get(key.toHex()),
    write(changes: readonly Change[]) {
      for (const change of changes) {
        if (change.type === 'put') entries.set(change.key.toHex(), change.value)
        else entries.delete(change.key.toHex())
      }
      return Promise.resolve()
    },
    entries: unsupported,
    snapshot: unsupported,
    close: () => Promise.resolve(),
  }
}
