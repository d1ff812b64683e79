import type { AsyncReads } from '#chain'

import type { Transport } from './gate.ts'
import type { Context } from './method.ts'
import type { Presence } from './presence.ts'
import type { Session } from './subscriptions/session.ts'

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
  'client' | 'isAuthorized' | 'reads' | 'session' | 'signal' | 'transport'
>

export function contextOf(shared: SharedContext, caller: Caller): Context {
  const { transport, client, isAuthorized, presence, session } = caller
  let reads: AsyncReads | undefined
  return {
    ...shared,
    transport,
    client,
    isAuthorized,
    session,
    get signal() {
      return presence.signal
    },
    get reads() {
      return (reads ??= shared.chain.readsUntil(presence.signal))
    },
  }
}
