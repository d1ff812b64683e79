import type { AsyncReads } from '#chain'

import type { Gate, Transport, Visitor } from './gate.ts'
import type { Context, Method } from './method.ts'
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

/** Of the calls of one request. What few of them need is made when it is asked for. */
export class CallContext implements Context {
  readonly chain: Context['chain']
  readonly node: Context['node']
  readonly view: Context['view']
  readonly signer: Context['signer']
  readonly dev: Context['dev']
  readonly builder: Context['builder']
  readonly clientVersion: string
  readonly log: Context['log']
  readonly clock: Context['clock']
  readonly feeds: Context['feeds']
  readonly filters: Context['filters']
  readonly client: string
  readonly transport: Transport
  readonly session: Session | undefined
  readonly isAuthorized: boolean
  readonly spend: Context['spend']
  readonly #offer: Offer
  readonly #caller: Caller
  readonly #arrivals: Turns
  #reads: AsyncReads | undefined

  constructor(shared: SharedContext, caller: Caller, { gate, arrivals }: ContextParts) {
    this.chain = shared.chain
    this.node = shared.node
    this.view = shared.view
    this.signer = shared.signer
    this.dev = shared.dev
    this.builder = shared.builder
    this.clientVersion = shared.clientVersion
    this.log = shared.log
    this.clock = shared.clock
    this.feeds = shared.feeds
    this.filters = shared.filters
    this.client = caller.client
    this.transport = caller.transport
    this.session = caller.session
    this.isAuthorized = caller.isAuthorized
    this.spend = (units) => gate.spend(units, caller)
    this.#offer = shared.offer
    this.#caller = caller
    this.#arrivals = arrivals
  }

  get methods(): readonly Method[] {
    return this.#offer(this.#caller)
  }

  get signal(): AbortSignal {
    return this.#caller.presence.signal
  }

  get reads(): AsyncReads {
    return (this.#reads ??= this.#pacedReads())
  }

  #pacedReads(): AsyncReads {
    const { chain, client } = this
    return pacedReads(chain.readsUntil(this.#caller.presence, client), this.#arrivals)
  }
}
