import type { Store } from '#storage'

import { readHeader } from '../block/sealed.ts'
import type { Header } from '../port.ts'
import { oldestHeight, prune } from '../state/index.ts'
import { limits } from './limits.ts'

/** Forgets the state of heights older than the retention, a slice after each commit. */
export class Retention {
  readonly #store: Store
  readonly #archive: boolean
  /** Never forgets the state of this height, nor of a later one. */
  keepFrom: bigint | undefined

  constructor(init: { readonly store: Store; readonly archive: boolean }) {
    this.#store = init.store
    this.#archive = init.archive
  }

  async prune(head: Header): Promise<void> {
    if (this.#archive) return
    const from = oldestHeight(this.#store)
    const to = this.#cutoff(head, from)
    if (to <= from) return
    for (let slice = 0; slice < limits.pruneSlices.value; slice++) {
      const changes = await prune(this.#store, to)
      if (changes.length === 0) return
      // Un-synced: what a crash brings back is pruned again.
      await this.#store.write(changes, { sync: false })
    }
  }

  /** The first height after `from` to keep, at most a slice ahead. */
  #cutoff(head: Header, from: bigint): bigint {
    const oldest = head.timestamp - BigInt(limits.stateRetention.value)
    const end = from + BigInt(limits.pruneHeights.value)
    let height = from
    const most = this.keepFrom === undefined ? head.number : least(this.keepFrom, head.number)
    while (height < end && height < most) {
      const timestamp = readHeader(this.#store, height)?.header.timestamp
      if (timestamp === undefined || timestamp >= oldest) break
      height++
    }
    return height
  }
}

function least(first: bigint, second: bigint): bigint {
  return first < second ? first : second
}
