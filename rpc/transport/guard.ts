/** What is refused before a body is read. */
import type { FastifyInstance, FastifyReply } from 'fastify'

import { type Access, type TokenCheck } from '../access.ts'
import { RpcFault } from '../errors.ts'
import { alwaysReady, type HealthFace, isProbe, probe } from '../health/health.ts'
import type { CallStatistics } from '../metrics/call-statistics.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import { failure } from '../request.ts'
import type { Naming } from './naming.ts'

interface GuardOptions {
  readonly rates?: ClientRates | undefined
  readonly statistics?: Pick<CallStatistics, 'turnedAway'> | undefined
  readonly health?: HealthFace | undefined
  readonly access: Access
  readonly credentialOf: TokenCheck
  readonly nameOf: Naming
}

export function guard(
  app: FastifyInstance,
  { access, credentialOf, nameOf, rates, health = alwaysReady, statistics }: GuardOptions,
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
    const credential = credentialOf(headers.authorization)
    if (credential === 'wrong') {
      void refuse(reply.header('www-authenticate', 'Bearer'), 401, tokenWrong())
      return
    }
    if (method === 'POST' && !isJson(headers['content-type'])) {
      void refuse(reply, 415, mediaType())
      return
    }
    const late = credential === 'right' ? undefined : rates?.refusal(nameOf(request.raw))
    if (late !== undefined) {
      statistics?.turnedAway()
      void refuse(reply.header('retry-after', String(late.retryAfter)), 429, late.fault)
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

export function refuse(reply: FastifyReply, status: number, fault: unknown): FastifyReply {
  return reply.code(status).header('content-type', 'application/json').send(failure('null', fault))
}

/** @see https://fetch.spec.whatwg.org/#http-cors-protocol */
function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.headers({ 'access-control-allow-origin': origin, vary: 'Origin' })
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
