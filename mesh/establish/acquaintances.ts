import { type Clock, empty, type Random } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import type { ResumeOffer } from '../link/resume.ts'
import type { Resumption } from '../link/resumption.ts'
import type { Session } from '../link/session.ts'
import { Tickets } from '../link/tickets.ts'

/** What a link leaves to the one that goes on from it. */
export interface Standing {
  /** Bytes of a cell that passes everywhere on the way. */
  readonly mtu: number
  /** The address that its initiator proved to have, 32 bytes. */
  readonly peer: Uint8Array | undefined
  /** The address under which this side introduced itself, 32 bytes. */
  readonly shown: Uint8Array | undefined
}

export interface Accepted {
  /** 24 bytes. */
  readonly answer: Uint8Array
  readonly name: string
  readonly standing: Standing
  /** Undefined where the same request came again. */
  readonly session: Session | undefined
}

/** Those with whom there was a link: the next needs two cells and no keys. */
export class Acquaintances {
  readonly #tickets: Tickets
  /** From the longest ago. */
  readonly #standings = new Map<string, Standing>()

  constructor(clock: Clock, random: Random) {
    this.#tickets = new Tickets(clock, random)
  }

  /** @param name Of the other side, or of a link to who has none. */
  keep(name: string, resumption: Resumption, standing: Standing): void {
    this.#tickets.keep(
      name,
      resumption,
      standing.peer === undefined && standing.shown === undefined,
    )
    this.#standings.delete(name)
    this.#standings.set(name, standing)
    const [oldest] = this.#standings.keys()
    if (this.#standings.size > limits.linkTickets.value && oldest !== undefined) {
      this.#standings.delete(oldest)
      this.#tickets.forget(oldest)
    }
  }

  /** Undefined where only a whole handshake helps. */
  offer(name: string): { readonly offer: ResumeOffer; readonly standing: Standing } | undefined {
    const standing = this.#standings.get(name)
    const offer = standing && this.#tickets.offer(name, empty)
    return offer && { offer, standing }
  }

  /** Throws `MESH_MALFORMED` for what goes on from no link that is known. */
  accept(request: Uint8Array): Accepted {
    const { name, answer, fresh } = this.#tickets.accept(request)
    const standing = this.#standings.get(name)
    if (standing === undefined) throw malformed('resumption', 'its link was forgotten')
    return { answer, name, standing, session: fresh?.session }
  }
}
