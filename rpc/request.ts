/**
 * One member of a JSON-RPC exchange: what a request must be, and the text of its answer.
 *
 * @see https://www.jsonrpc.org/specification
 */
import { errorObject, RpcFault } from './errors.ts'

/** JSON text; undefined when nothing is to be answered (notifications). */
export type Answer = string | undefined

export interface Request {
  readonly method: string
  readonly params: readonly unknown[]
}

const noParams: readonly unknown[] = []

/** Throws `RPC_REQUEST_INVALID` or `RPC_PARAMS_INVALID`. */
export function checkRequest(request: unknown): Request {
  if (!isObject(request)) throw invalidRequest('a request is a JSON object')
  const { jsonrpc, id, method, params } = request
  if (jsonrpc !== '2.0') throw invalidRequest('"jsonrpc" must be "2.0"')
  if (id !== undefined && !isId(id)) throw invalidRequest('"id" must be a string or a safe number')
  if (typeof method !== 'string') throw invalidRequest('"method" must be a string')
  if (params === undefined || params === null) return { method, params: noParams }
  if (Array.isArray(params)) return { method, params }
  throw new RpcFault({ code: 'RPC_PARAMS_INVALID' }, 'invalid params: give them as an array')
}

export function invalidRequest(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_REQUEST_INVALID' }, `invalid request: ${reason}`)
}

/** The method that `request` names, whatever else is wrong with it. */
export function methodOf(request: unknown): string | undefined {
  const method = isObject(request) ? request['method'] : undefined
  return typeof method === 'string' ? method : undefined
}

/** The id as JSON; undefined where none is to be echoed. */
export function idOf(request: unknown): string | undefined {
  if (!isObject(request)) return undefined
  const { id } = request
  if (id === undefined || !isId(id)) return undefined
  return typeof id === 'number' ? `${id}` : JSON.stringify(id)
}

/** A number beyond 2^53 would come back as another one. */
function isId(id: unknown): boolean {
  if (id === null || typeof id === 'string') return true
  return typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @see JSON-RPC 2.0 §4.1 */
function isNotification(request: unknown): boolean {
  if (!isObject(request)) return false
  const { jsonrpc, id, method } = request
  return jsonrpc === '2.0' && id === undefined && typeof method === 'string'
}

/** The error answer to `request`; a notification gets none. */
export function refusal(request: unknown, error: unknown): Answer {
  const id = idOf(request)
  return id === undefined && isNotification(request) ? undefined : failure(id ?? 'null', error)
}

/** An error answer. `id` is JSON. */
export function failure(id: string, error: unknown): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(errorObject(error))}}`
}

/** A success answer. `id` and `result` are JSON. */
export function success(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`
}
