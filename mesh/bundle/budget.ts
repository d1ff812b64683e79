import type { Priority } from '../objects/kinds.ts'
import { type CarriedObject, priorityOf } from './object.ts'

export interface Quota {
  readonly bytes: number
  readonly objects: number
}

/** Of a quota: normal objects leave room for those that come behind them. */
const shares: Readonly<Record<Priority, number>> = { emergency: 1, high: 0.75, normal: 0.5 }

/** What one bundle may bring. */
export class Budget {
  readonly #quota: Quota
  #bytes = 0
  #objects = 0

  constructor(quota: Quota) {
    this.#quota = quota
  }

  /** Whether there is room for an object, which counts from then on. */
  admits({ kind, body }: CarriedObject): boolean {
    const share = shares[priorityOf(kind)]
    const bytes = this.#bytes + body.length
    const objects = this.#objects + 1
    if (bytes > this.#quota.bytes * share || objects > this.#quota.objects * share) return false
    this.#bytes = bytes
    this.#objects = objects
    return true
  }
}
