import type { ErrorObject } from '../errors.ts'

export interface UpstreamCall {
  readonly method: string
  readonly params: readonly unknown[]
}

/** What a node answered to one call. */
export interface UpstreamAnswer {
  readonly result?: unknown
  readonly error?: unknown
}

/** The node behind a proxy: a port. */
export interface Upstream {
  /**
   * The answers to one batch on a path of the node, in the order of the calls. Bounds the time that it
   * takes and the bytes that it reads. Rejects with a Fault when the node is away or makes no sense.
   */
  answers(
    path: '/' | '/eth',
    calls: readonly UpstreamCall[],
  ): Promise<readonly (UpstreamAnswer | undefined)[]>
}

export function isErrorObject(value: unknown): value is ErrorObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    Number.isSafeInteger(value.code) &&
    'message' in value &&
    typeof value.message === 'string'
  )
}
