import type { z } from 'zod'

import type { Clock, Log } from '#base'
import type { ChainFace } from '#chain'

import type { Attempt } from './attempt.ts'
import { RpcFault } from './errors.ts'
import type { JsonText } from './json-text.ts'
import type { NodeFace } from './node-face.ts'
import type { DevSigner } from './signer.ts'
import type { View } from './view.ts'

/** What a handler may use. */
export interface Context {
  readonly chain: ChainFace
  readonly node: NodeFace
  /** How the path that was asked shows transactions. */
  readonly view: View
  /** Undefined unless the node was told to sign. */
  readonly signer: DevSigner | undefined
  /** Answer of web3_clientVersion. */
  readonly clientVersion: string
  readonly log: Log
  readonly clock: Clock
  /** Whom the pool charges: the address of the client. */
  readonly client: string
}

/** What the dispatcher needs of a method. */
export interface Callable<In = Context> {
  /** The caller chooses how much work it is: few run at once, and none whose caller gave up. */
  readonly long: boolean
  /** Throws `RPC_PARAMS_INVALID` for anything but what the method takes. */
  call(params: readonly unknown[], context: In, attempt: Attempt): unknown
}

/** A method as the reference sees it. */
export interface Method<In = Context> extends Callable<In> {
  readonly name: string
  readonly summary: string
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
}

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
  readonly params: Params
  readonly paramNames: readonly string[]
  readonly result: Result
  readonly writes?: boolean
  readonly long?: boolean
  readonly signs?: boolean
  readonly handler: (
    params: z.output<Params>,
    context: In,
    attempt: Attempt,
  ) => z.output<Result> | Promise<z.output<Result> | JsonText>
}): Method<In> {
  const { params, paramNames, handler } = definition
  return {
    name: definition.name,
    summary: definition.summary,
    params,
    paramNames,
    result: definition.result,
    writes: definition.writes ?? false,
    long: definition.long ?? false,
    signs: definition.signs ?? false,
    call(raw, context, attempt) {
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
