/**
 * JSON-RPC 2.0 over text: one request or a batch in, one answer out. Knows no transport.
 *
 * @see https://www.jsonrpc.org/specification
 */
import type { Clock, Log } from '#base'

import { runBatch } from './batch.ts'
import { errorObject, isInternal, RpcFault } from './errors.ts'
import { parseJson } from './json.ts'
import type { ServerLimits } from './limits.ts'
import type { Context } from './method.ts'
import type { Registry } from './registry.ts'
import { Visit } from './visit.ts'

/** JSON text; undefined when nothing is to be answered (notifications). */
type Answer = string | undefined

export interface Dispatcher {
  /** Never throws or rejects. `client` is whom the pool charges. */
  dispatch(text: string, client: string): Answer | Promise<Answer>
}

export interface DispatcherOptions {
  readonly registry: Registry
  readonly context: Omit<Context, 'client'>
  readonly clock: Clock
  readonly log: Log
  readonly limits: ServerLimits
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new JsonRpcDispatcher(options)
}

class JsonRpcDispatcher implements Dispatcher {
  readonly #options: DispatcherOptions
  #underWay = 0

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  dispatch(text: string, client: string): Answer | Promise<Answer> {
    const { clock, context, limits } = this.#options
    let body: unknown
    try {
      body = parseJson(text, limits)
    } catch (error) {
      return failure('null', error)
    }
    const visit = new Visit({ ...context, client }, clock, limits.callTime)
    return Array.isArray(body) ? this.#batch(body, visit) : this.#single(body, visit)
  }

  /** Without a promise where the method needs none. */
  #single(request: unknown, visit: Visit): Answer | Promise<Answer> {
    let ended = false
    let answered: Answer
    let later: ((answer: Answer) => void) | undefined
    this.#answer(request, visit, (answer) => {
      ended = true
      answered = answer
      visit.end()
      later?.(answer)
    })
    if (ended) return answered
    return new Promise((resolve) => {
      later = resolve
    })
  }

  async #batch(requests: readonly unknown[], visit: Visit): Promise<Answer> {
    const { batchCalls, batchWindow, responseBytes } = this.#options.limits
    if (requests.length === 0) return failure('null', invalid('the batch is empty'))
    if (requests.length > batchCalls) return failure('null', batchTooLarge(batchCalls))
    const answers = await runBatch(requests, {
      window: batchWindow,
      responseLength: responseBytes,
      run: (request, done) => this.#answer(request, visit, done),
      refuse: refused,
      writes: (request) => this.#writes(request),
      stop: () => (visit.expired ? timedOut() : undefined),
      tooLarge,
    })
    visit.end()
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  /** Calls `done` once. The work of a call that timed out goes on: it may still take effect. */
  #answer(request: unknown, visit: Visit, done: (answer: Answer) => void): void {
    const id = idOf(request)
    let result: unknown
    try {
      result = this.#call(request, visit.context)
    } catch (error) {
      return done(this.#failure(id, request, error))
    }
    if (!(result instanceof Promise)) return done(this.#result(id, request, result))
    this.#underWay++
    let open = true
    const close = (answer: () => Answer): void => {
      if (!open) return
      open = false
      done(answer())
    }
    visit.atDeadline(() => close(() => refused(request, timedOut())))
    result.then(
      (value) => {
        this.#underWay--
        close(() => this.#result(id, request, value))
      },
      (error: unknown) => {
        this.#underWay--
        close(() => this.#failure(id, request, error))
      },
    )
  }

  #call(request: unknown, context: Context): unknown {
    const { method: name, params } = checked(request)
    const method = this.#options.registry.find(name)
    if (this.#underWay >= this.#options.limits.callsUnderWay) throw busy()
    return method.call(params, context)
  }

  #result(id: string | undefined, request: unknown, result: unknown): Answer {
    if (id === undefined) return undefined
    let text: string
    try {
      text = JSON.stringify(result ?? null)
    } catch (error) {
      return this.#failure(id, request, error)
    }
    if (text.length > this.#options.limits.responseBytes) return failure(id, tooLarge())
    return `{"jsonrpc":"2.0","id":${id},"result":${text}}`
  }

  #failure(id: string | undefined, request: unknown, error: unknown): Answer {
    if (isInternal(error)) {
      const method = isObject(request) ? String(request['method']).slice(0, 64) : undefined
      this.#options.log.error('rpc call failed', { method, error })
    }
    if (id !== undefined) return failure(id, error)
    return isNotification(request) ? undefined : failure('null', error)
  }

  #writes(request: unknown): boolean {
    const { writing } = this.#options.registry
    return isObject(request) && writing.has(request['method'] as string)
  }
}

interface Checked {
  readonly method: string
  readonly params: readonly unknown[]
}

const noParams: readonly unknown[] = []

/** Throws `RPC_REQUEST_INVALID` or `RPC_PARAMS_INVALID`. */
function checked(request: unknown): Checked {
  if (!isObject(request)) throw invalid('a request is a JSON object')
  const { jsonrpc, id, method, params } = request
  if (jsonrpc !== '2.0') throw invalid('"jsonrpc" must be "2.0"')
  if (id !== undefined && !isId(id)) throw invalid('"id" must be a string or a safe number')
  if (typeof method !== 'string') throw invalid('"method" must be a string')
  if (params === undefined || params === null) return { method, params: noParams }
  if (Array.isArray(params)) return { method, params }
  throw new RpcFault({ code: 'RPC_PARAMS_INVALID' }, 'invalid params: give them as an array')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A number beyond 2^53 would come back as another one. */
function isId(id: unknown): boolean {
  if (id === null || typeof id === 'string') return true
  return typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER
}

/** The id as JSON; undefined where none is to be echoed. */
function idOf(request: unknown): string | undefined {
  if (!isObject(request)) return undefined
  const { id } = request
  return id !== undefined && isId(id) ? JSON.stringify(id) : undefined
}

/** @see JSON-RPC 2.0 §4.1 */
function isNotification(request: unknown): boolean {
  return (
    isObject(request) &&
    request['jsonrpc'] === '2.0' &&
    request['id'] === undefined &&
    typeof request['method'] === 'string'
  )
}

function refused(request: unknown, fault: RpcFault): Answer {
  const id = idOf(request)
  return id === undefined && isNotification(request) ? undefined : failure(id ?? 'null', fault)
}

/** An error answer. `id` is JSON. */
export function failure(id: string, error: unknown): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(errorObject(error))}}`
}

function invalid(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_REQUEST_INVALID' }, `invalid request: ${reason}`)
}

function batchTooLarge(most: number): RpcFault {
  return new RpcFault(
    { code: 'RPC_BATCH_TOO_LARGE', most },
    `batch too large: send at most ${most} calls at once`,
  )
}

function tooLarge(): RpcFault {
  return new RpcFault(
    { code: 'RPC_RESPONSE_TOO_LARGE' },
    'response too large: ask for less at once',
  )
}

function timedOut(): RpcFault {
  return new RpcFault(
    { code: 'RPC_TIMEOUT' },
    'request timed out: ask for less at once, or again later',
  )
}

function busy(): RpcFault {
  return new RpcFault({ code: 'RPC_BUSY' }, 'too many calls under way: ask again later')
}
