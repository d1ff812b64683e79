import type { z } from 'zod'

import type { Clock, Log } from '#base'
import type { AsyncReads, ChainFace } from '#chain'

import type { Attempt } from './attempt.ts'
import type { BlockBuilder, DevFace } from './dev-face.ts'
import { RpcFault } from './errors.ts'
import type { Filters } from './filters/filters.ts'
import type { Transport } from './gate.ts'
import type { JsonText } from './json-text.ts'
import type { NodeFace } from './node-face.ts'
import { quickOf, unsure } from './schema/quick.ts'
import type { DevSigner } from './signer.ts'
import type { Feeds } from './subscriptions/feeds.ts'
import type { Session } from './subscriptions/session.ts'
import type { View } from './view.ts'

/** What a handler may use. */
export interface Context {
  readonly chain: ChainFace
  /** The chain's, that end with READ_CANCELLED once nobody waits for the answer. */
  readonly reads: AsyncReads
  readonly node: NodeFace
  /** How the path that was asked shows transactions. */
  readonly view: View
  /** Undefined unless the node was told to sign. */
  readonly signer: DevSigner | undefined
  /** Of `pars dev` alone. */
  readonly dev?: DevFace | undefined
  readonly builder?: BlockBuilder | undefined
  /** Answer of web3_clientVersion. */
  readonly clientVersion: string
  readonly log: Log
  readonly clock: Clock
  /** Whom the pool charges: the address of the client. */
  readonly client: string
  readonly transport: Transport
  /** Aborted when the client is gone or was told that time is over. */
  readonly signal: AbortSignal
  /** Charges the client, after the work, for what it came to. */
  readonly spend: (units: number) => void
  /** Undefined on HTTP, where an answer ends the exchange. */
  readonly session: Session | undefined
  /** What it follows of blocks and of the pool. */
  readonly feeds: Feeds
  readonly filters: Filters
  /** All that this server offers to the caller. */
  readonly methods: readonly Method[]
  /** Whether the request brought the token of the node. */
  readonly isAuthorized: boolean
}

/** What the dispatcher needs of a method. */
export interface Callable<In = Context> {
  /** The caller chooses how much work it is: few run at once, and none whose caller gave up. */
  readonly long: boolean
  /** A long one that is done at once as a rule: many of one client count as one. */
  readonly brief?: boolean
  /** Units of work, as rates count them: 1 for a look at one entry. */
  readonly cost: number
  /** Throws `RPC_PARAMS_INVALID` for anything but what the method takes. */
  call(params: readonly unknown[], context: In, attempt: Attempt): unknown
}

/** A method as the reference sees it. */
export interface Method<In = Context> extends Callable<In> {
  readonly name: string
  readonly summary: string
  /** What is otherwise than in Ethereum's own document; undefined for nothing. */
  readonly differs: string | undefined
  readonly params: z.ZodTuple
  readonly paramNames: readonly string[]
  readonly result: z.ZodType
  /**
   * Takes effect, from `attempt.begin` on. In a batch, earlier calls end before it and later ones start
   * after it.
   */
  readonly writes: boolean
  /** Uses keys that the node holds: exists only with a signer. */
  readonly signs: boolean
  /** The part of the context without which it does not exist. */
  readonly needs: Part | undefined
}

/** What a node may lack. */
export type Part = 'dev' | 'builder'

const longCost = 20

/**
 * One JSON-RPC method: the single source of its validation, its reference and its types.
 * `params` and `paramNames` correspond; `result` describes what the handler gives, and is not run
 * per call.
 */
export function defineMethod<
  Params extends z.ZodTuple,
  Result extends z.ZodType,
  In = Context,
>(definition: {
  readonly name: string
  readonly summary: string
  readonly differs?: string
  readonly params: Params
  readonly paramNames: readonly string[]
  readonly result: Result
  readonly writes?: boolean
  readonly long?: boolean
  readonly brief?: boolean
  /** 1, or 20 for a long one, unless given. */
  readonly cost?: number
  readonly signs?: boolean
  readonly needs?: Part
  readonly handler: (
    params: z.output<Params>,
    context: In,
    attempt: Attempt,
  ) => JsonText | z.output<Result> | Promise<JsonText | z.output<Result>>
}): Method<In> {
  const { params, paramNames, handler } = definition
  const quick = quickOf(params)
  return {
    name: definition.name,
    summary: definition.summary,
    differs: definition.differs,
    params,
    paramNames,
    result: definition.result,
    writes: definition.writes ?? false,
    long: definition.long ?? false,
    brief: definition.brief ?? false,
    cost: definition.cost ?? (definition.long === true ? longCost : 1),
    signs: definition.signs ?? false,
    needs: definition.needs,
    call(raw, context, attempt) {
      const found = quick(raw)
      if (found !== unsure) return handler(found as z.output<Params>, context, attempt)
      const parsed = params.safeParse(raw)
      if (parsed.success) return handler(parsed.data, context, attempt)
      throw invalidParams(parsed.error, paramNames, raw.length)
    },
  }
}

function invalidParams(error: z.ZodError, names: readonly string[], given: number): RpcFault {
  const [issue] = error.issues
  const [position, ...inside] = issue?.path ?? []
  if (issue === undefined || typeof position !== 'number') {
    const text =
      given > names.length
        ? `too many arguments, want at most ${names.length}`
        : `missing value for required argument ${given} (${names[given] ?? ''})`
    return new RpcFault({ code: 'RPC_PARAMS_INVALID' }, text)
  }
  const place = [names[position] ?? '', ...inside.map(String)].join('.')
  return new RpcFault(
    { code: 'RPC_PARAMS_INVALID', argument: position },
    `invalid argument ${position}: ${place} ${issue.message}`,
  )
}
