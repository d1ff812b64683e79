import type { AsyncReads } from '#chain'

import type { Gate, Transport, Visitor } from './gate.ts'
import type { Context } from './method.ts'
import type { Offer } from './offer.ts'
import { pacedReads } from './paced-reads.ts'
import type { Presence } from './presence.ts'
import type { Session } from './subscriptions/session.ts'
import type { Turns } from './turns.ts'

/** Who sent a request, and how. */
export interface Caller {
  readonly transport: Transport
  /** As `sourceOf` names it. */
  readonly client: string
  /** Whether the request brought the token of the server. */
  readonly isAuthorized: boolean
  readonly presence: Presence
  /** What it may subscribe through; undefined where a connection carries one answer alone. */
  readonly session: Session | undefined
}

/** What calls of all clients share. */
export type SharedContext = Omit<
  Context,
  'client' | 'isAuthorized' | 'methods' | 'reads' | 'session' | 'signal' | 'spend' | 'transport'
> & { readonly offer: Offer }

/** What holds the calls of all clients apart. */
interface ContextParts {
  readonly gate: Gate<Visitor>
  /** Of what reads bring. */
  readonly arrivals: Turns
}

export function contextOf(
  shared: SharedContext,
  caller: Caller,
  { gate, arrivals }: ContextParts,
): Context {
  const { transport, client, isAuthorized, presence, session } = caller
  let reads: AsyncReads | undefined
  return {
    ...shared,
    transport,
    client,
    isAuthorized,
    session,
    spend: (units) => gate.spend(units, caller),
    get methods() {
      return shared.offer(caller)
    },
    get signal() {
      return presence.signal
    },
    get reads() {
      return (reads ??= pacedReads(shared.chain.readsUntil(presence.signal), arrivals))
    },
  }
}
