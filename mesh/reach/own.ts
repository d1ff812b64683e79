import type { Timer } from '#base'

import { AnnounceBody } from './announce.ts'
import { epochs } from './chain.ts'
import { type Destination, destinationHash, endOf, epochAt, labelOf } from './destination.ts'
import type { Announceable } from './ground.ts'
import type { MeshIdentity } from './identity.ts'

/** Announces that a chain has to give, for one destination that is here. */
export class OwnDestination {
  /** 32 bytes. */
  readonly hash: Uint8Array
  readonly identity: MeshIdentity
  readonly destination: Destination
  /** Announced; otherwise its path is told to those alone who ask by its label. */
  readonly isPublic: boolean
  timer: Timer | undefined
  readonly #hops: number
  #body: AnnounceBody | undefined

  constructor(identity: MeshIdentity, name: string | undefined, isPublic: boolean) {
    this.identity = identity
    this.destination = identity.named(name)
    this.hash = destinationHash(this.destination.address, this.destination.nameHash)
    this.isPublic = isPublic
    this.#hops = identity.originHops(this.destination)
  }

  /** 16 bytes. */
  get label(): Uint8Array {
    return labelOf(this.hash)
  }

  /** Milliseconds since 1970. */
  get ends(): number {
    return endOf(this.identity.anchor)
  }

  /**
   * For `now`, and never for an earlier epoch than before. Undefined once the chain is used up: then
   * only the address of a new chain can be announced.
   */
  at(now: number): Announceable | undefined {
    const epoch = Math.max(1, epochAt(this.identity.anchor, now), this.#body?.epoch ?? 0)
    if (epoch > epochs) return undefined
    if (this.#body?.epoch !== epoch) {
      this.#body = AnnounceBody.of(this.destination, epoch, this.identity.chain.value(epoch))
    }
    return { body: this.#body, label: this.label, hops: this.#hops }
  }
}
