/** JSON-RPC over HTTP, from a request to the end of its answer. */
import type { FastifyReply, FastifyRequest } from 'fastify'

import type { Access, TokenCheck } from '../access.ts'
import { RpcFault } from '../errors.ts'
import type { ServerLimits } from '../limits.ts'
import { Presence } from '../presence.ts'
import { type Answer, failure } from '../request.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import { Exchange } from './exchange.ts'
import type { Guard } from './guard.ts'
import type { Naming } from './naming.ts'

type Incoming = FastifyRequest['raw']
type Outgoing = FastifyReply['raw']

interface CallsInit {
  readonly access: Access
  readonly guard: Guard
  readonly credentialOf: TokenCheck
  readonly nameOf: Naming
  readonly connections: Connections
  readonly endpoints: readonly Endpoint[]
  readonly limits: Pick<ServerLimits, 'requestBytes'>
}

/** As clients write it. */
const json = /^application\/json(?:; ?charset=utf-8)?$/i

/**
 * Nearly all requests are calls about which there is nothing to refuse. They go a short way, at about
 * three quarters of what they cost through routes and hooks. All else goes that long way, where the
 * same guard says what is wrong, and `answer` gives the same answer.
 */
export class Calls {
  readonly #init: CallsInit
  readonly #endpoints: ReadonlyMap<string | undefined, Endpoint>
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true })
  #isClosed = false

  constructor(init: CallsInit) {
    this.#init = init
    this.#endpoints = new Map(init.endpoints.map((endpoint) => [endpoint.path, endpoint]))
  }

  /** Whether `request` goes the short way. */
  take(request: Incoming, response: Outgoing): boolean {
    const endpoint = this.#endpoints.get(request.url)
    if (endpoint === undefined || !this.#isPlain(request)) return false
    this.#init.connections.asks(request.socket)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = chunks.length > 1 ? Buffer.concat(chunks) : chunks[0]
      this.answer(endpoint, request, response, body)
    })
    return true
  }

  /** @param body Undefined for an empty one. */
  answer(
    endpoint: Endpoint,
    request: Incoming,
    response: Outgoing,
    body: Buffer | undefined,
  ): void {
    const { nameOf, credentialOf, connections } = this.#init
    const presence = new Presence()
    const exchange = new Exchange({ request, response, presence, connections })
    let text: string
    try {
      text = this.#utf8.decode(body)
    } catch {
      exchange.answer(failure('null', notUtf8()))
      return
    }
    // What an endpoint never does, by a defect, ends this call alone.
    const failed = (error: unknown): void => exchange.answer(failure('null', error))
    try {
      const answer = endpoint.answer(text, {
        transport: 'http',
        client: nameOf(request),
        isAuthorized: credentialOf(request.headers.authorization) === 'right',
        presence,
        session: undefined,
      })
      if (answer instanceof Promise) {
        answer.then((settled: Answer) => exchange.answer(settled)).catch(failed)
      } else exchange.answer(answer)
    } catch (error) {
      failed(error)
    }
  }

  /** All that comes from now on goes the long way. */
  close(): void {
    this.#isClosed = true
  }

  #isPlain(request: Incoming): boolean {
    const { access, guard, limits } = this.#init
    const { method, headers } = request
    return (
      method === 'POST' &&
      !this.#isClosed &&
      headers.origin === undefined &&
      Number(headers['content-length']) <= limits.requestBytes &&
      json.test(headers['content-type'] ?? '') &&
      access(headers) === undefined &&
      guard(request) === undefined
    )
  }
}

function notUtf8(): RpcFault {
  return new RpcFault({ code: 'RPC_PARSE' }, 'parse error: the body is not UTF-8')
}
