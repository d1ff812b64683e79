/** What is refused before a body is read. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { type Access, type TokenCheck } from '../access.ts'
import { RpcFault } from '../errors.ts'
import { alwaysReady, type HealthFace, isProbe, probe } from '../health/health.ts'
import type { CallStatistics } from '../metrics/call-statistics.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import { failure } from '../request.ts'
import type { Naming } from './naming.ts'

interface GuardOptions {
  readonly rates?: ClientRates | undefined
  readonly credentialOf: TokenCheck
  readonly nameOf: Naming
}

interface RefusalOptions {
  readonly access: Access
  readonly statistics?: Pick<CallStatistics, 'turnedAway'> | undefined
  readonly health?: HealthFace | undefined
}

interface Refusal {
  readonly status: 401 | 415 | 429
  readonly fault: RpcFault
  readonly headers?: Readonly<Record<string, string>>
}

/** Why a request is refused that came by an allowed name and from an allowed page, if it is. */
export type Guard = (request: FastifyRequest['raw']) => Refusal | undefined

export function createGuard({ credentialOf, nameOf, rates }: GuardOptions): Guard {
  return (request) => {
    const { headers, method } = request
    const credential = credentialOf(headers.authorization)
    if (credential === 'wrong') {
      return { status: 401, fault: tokenWrong(), headers: { 'www-authenticate': 'Bearer' } }
    }
    if (method === 'POST' && !isJson(headers['content-type'])) {
      return { status: 415, fault: mediaType() }
    }
    const late = credential === 'right' ? undefined : rates?.refusal(nameOf(request))
    if (late === undefined) return undefined
    return { status: 429, fault: late.fault, headers: { 'retry-after': String(late.retryAfter) } }
  }
}

export function guardRoutes(
  app: FastifyInstance,
  guard: Guard,
  { access, health = alwaysReady, statistics }: RefusalOptions,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, method } = request
    if (method === 'GET' && isProbe(request.url)) {
      const { status, body } = probe(request.url, health)
      void reply.code(status).header('content-type', 'application/json').send(body)
      return
    }
    const refused = access(headers)
    if (refused !== undefined) {
      void refuse(reply, 403, refused)
      return
    }
    if (headers.origin !== undefined) allowOrigin(reply, headers.origin)
    const refusal = guard(request.raw)
    if (refusal !== undefined) {
      if (refusal.status === 429) statistics?.turnedAway()
      void refuse(reply.headers(refusal.headers ?? {}), refusal.status, refusal.fault)
      return
    }
    done()
  })
  app.setNotFoundHandler((request, reply) => {
    if (request.url !== '/' && request.url !== '/eth') return refuse(reply, 404, wrongPath())
    return refuse(reply.header('allow', 'POST'), 405, httpMethod())
  })
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500
    const fault = status === 413 ? bodyTooLarge(app.initialConfig.bodyLimit) : error
    return refuse(reply, status, status === 415 ? mediaType() : fault)
  })
}

function refuse(reply: FastifyReply, status: number, fault: unknown): FastifyReply {
  return reply.code(status).header('content-type', 'application/json').send(failure('null', fault))
}

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol */
function allowOrigin({ raw }: FastifyReply, origin: string): void {
  raw.setHeader('access-control-allow-origin', origin)
  raw.setHeader('vary', 'Origin')
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType)
}

function mediaType(): RpcFault {
  return new RpcFault({ code: 'RPC_MEDIA_TYPE' }, 'send Content-Type: application/json')
}

export function tokenWrong(): RpcFault {
  return new RpcFault(
    { code: 'RPC_TOKEN_WRONG' },
    'this is not the token of this server, which is another after each start: read its file again',
  )
}

function httpMethod(): RpcFault {
  return new RpcFault({ code: 'RPC_HTTP_METHOD' }, 'send requests with POST')
}

export function wrongPath(): RpcFault {
  return new RpcFault({ code: 'RPC_PATH' }, 'send requests to /, or to /eth as Ethereum knows them')
}

function bodyTooLarge(most: number | undefined): RpcFault {
  return new RpcFault(
    { code: 'RPC_BODY_TOO_LARGE', most },
    `request body too large: send at most ${most} bytes at once`,
  )
}
