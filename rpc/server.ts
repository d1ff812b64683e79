import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

/**
 * JSON-RPC over HTTP: POST to / or /eth and nothing else. What decides who may ask stands in
 * access.ts, what is answered in dispatcher.ts.
 */
import { type Clock, Fault, type Log } from '#base'
import type { ChainFace, RenderTransaction } from '#chain'

import { type Access, createAccess, createTokenCheck, type TokenCheck } from './access.ts'
import { createDispatcher } from './dispatcher.ts'
import { RpcFault } from './errors.ts'
import { limits, type ServerLimits, serverLimits } from './limits.ts'
import type { Method } from './method.ts'
import { methods as allMethods } from './methods/index.ts'
import { type NodeFace, sealer } from './node-face.ts'
import { createRegistry } from './registry.ts'
import { type Answer, failure } from './request.ts'
import type { DevSigner } from './signer.ts'
import { sourceOf } from './source.ts'
import { ethereumView, nativeView } from './view.ts'

export interface RpcServerOptions {
  readonly chain: ChainFace
  /** The JSON of a transaction of this chain's profile. */
  readonly render: RenderTransaction
  /** A node that seals by itself unless given. */
  readonly node?: NodeFace
  readonly clock: Clock
  readonly log: Log
  /** Answer of web3_clientVersion: `name/version/platform/runtime`. */
  readonly clientVersion: string
  /** All of rpc/methods by default. */
  readonly methods?: readonly Method[]
  /** Only for a network whose genesis says `dev`. */
  readonly signer?: DevSigner
  /** Host names beside the loopback ones. */
  readonly allowedHosts?: readonly string[]
  /** Origins of pages that may use the node from a browser. */
  readonly allowedOrigins?: readonly string[]
  /**
   * A proxy in front names its client at the end of X-Forwarded-For. Programs of this machine can then
   * be anybody to the pool.
   */
  readonly trustsProxy?: boolean
  readonly limits?: Partial<ServerLimits>
}

/** What a server does with requests, whatever answers them. */
export interface HttpOptions {
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly allowedHosts?: readonly string[] | undefined
  readonly allowedOrigins?: readonly string[] | undefined
  /** Off unless given. */
  readonly trustsProxy?: boolean | undefined
  /** A request that brings another one is refused. */
  readonly token?: string
}

/** Who sent a request. */
interface Caller {
  /** As `sourceOf` names it. */
  readonly client: string
  /** Whether the request brought the token of the server. */
  readonly isAuthorized: boolean
}

/** One path of a server. */
export interface Endpoint {
  readonly path: '/' | '/eth'
  /** Never throws or rejects. */
  answer(text: string, caller: Caller): Answer | Promise<Answer>
}

export interface RpcServer {
  /**
   * Resolves with the URL once requests are taken. Port 0 takes a free one. Throws
   * `RPC_NOT_LOOPBACK`: without TLS only this machine may be served.
   */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>
  /** Ends what is under way, then every connection; cuts those that take longer than drainTime. */
  close(): Promise<void>
}

/** Throws `RPC_HOST_FORM`, `RPC_ORIGIN_FORM` or `RPC_METHOD_DUPLICATE`. */
export function createRpcServer(options: RpcServerOptions): RpcServer {
  const chosen = serverLimits(options.limits)
  const { chain, node = sealer, clock, log, render, clientVersion, signer } = options
  const registry = createRegistry(options.methods ?? allMethods, signer !== undefined)
  const dispatcher = createDispatcher({ registry, clock, log, limits: chosen })
  const { allowedHosts, allowedOrigins, trustsProxy } = options
  return createHttpServer(
    { clock, limits: chosen, allowedHosts, allowedOrigins, trustsProxy },
    [nativeView(render), ethereumView(render)].map((view) => {
      const context = { chain, node, signer, clientVersion, log, clock, view }
      return {
        path: view.path,
        answer: (text, { client }) => dispatcher.dispatch(text, { ...context, client }),
      }
    }),
  )
}

/** Throws `RPC_HOST_FORM` or `RPC_ORIGIN_FORM`. */
export function createHttpServer(options: HttpOptions, endpoints: readonly Endpoint[]): RpcServer {
  const { clock, limits: chosen, token, allowedHosts = [], allowedOrigins = [] } = options
  const access = createAccess(allowedHosts, allowedOrigins)
  const credentialOf: TokenCheck = token === undefined ? () => 'absent' : createTokenCheck(token)
  const app = createApp(chosen, options.trustsProxy ?? false)
  guard(app, access, credentialOf)
  for (const endpoint of endpoints) route(app, endpoint, credentialOf)
  return {
    async listen({ host, port }) {
      checkHost(host)
      return await app.listen({ host, port })
    },
    async close() {
      const cut = clock.after(chosen.drainTime, () => app.server.closeAllConnections())
      await app.close()
      cut.cancel()
    },
  }
}

/** Throws `RPC_NOT_LOOPBACK`: without TLS only this machine may be served. */
export function checkHost(host: string): void {
  if (/^(?:127(?:\.\d{1,3}){3}|::1)$/.test(host)) return
  throw new Fault({ code: 'RPC_NOT_LOOPBACK', host }, 'listen on 127.0.0.1 or ::1')
}

function createApp(chosen: ServerLimits, trustsProxy: boolean): FastifyInstance {
  const app = fastify({
    logger: false,
    // Whoever connects, and nobody whom that one names.
    trustProxy: trustsProxy ? (_: string, hop: number) => hop === 0 : false,
    bodyLimit: chosen.requestBytes,
    requestTimeout: chosen.receiveTime,
    keepAliveTimeout: limits.idleTime.value,
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: limits.headerBytes.value, headersTimeout: chosen.receiveTime },
  })
  app.server.maxConnections = chosen.connections
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (_: FastifyRequest, body: Buffer, done: (error: null, body: Buffer) => void) => {
      done(null, body)
    },
  )
  return app
}

/** Refusals before a body is read. */
function guard(app: FastifyInstance, access: Access, credentialOf: TokenCheck): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, method } = request
    const refused = access(headers)
    if (refused !== undefined) {
      void refuse(reply, 403, refused)
      return
    }
    if (headers.origin !== undefined) allowOrigin(reply, headers.origin)
    if (credentialOf(headers.authorization) === 'wrong') {
      void refuse(reply.header('www-authenticate', 'Bearer'), 401, tokenWrong())
      return
    }
    if (method === 'POST' && !isJson(headers['content-type'])) {
      void refuse(reply, 415, mediaType())
      return
    }
    done()
  })
  app.setNotFoundHandler((request, reply) => {
    if (request.url !== '/' && request.url !== '/eth') return refuse(reply, 404, path())
    return refuse(reply.header('allow', 'POST'), 405, httpMethod())
  })
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500
    const fault = status === 413 ? bodyTooLarge(app.initialConfig.bodyLimit) : error
    return refuse(reply, status, status === 415 ? mediaType() : fault)
  })
}

function route(app: FastifyInstance, endpoint: Endpoint, credentialOf: TokenCheck): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  app.post(endpoint.path, (request, reply) => {
    let text: string
    try {
      text = utf8.decode(request.body as Buffer | undefined)
    } catch {
      return refuse(reply, 200, notUtf8())
    }
    const answer = endpoint.answer(text, {
      client: sourceOf(request.ip),
      isAuthorized: credentialOf(request.headers.authorization) === 'right',
    })
    if (!(answer instanceof Promise)) return send(reply, answer)
    return answer.then((settled) => send(reply, settled))
  })
  app.options(endpoint.path, (_, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '600',
      })
      .send(),
  )
}

function send(reply: FastifyReply, answer: string | undefined): FastifyReply {
  if (answer === undefined) return reply.code(204).send()
  return reply.header('content-type', 'application/json').send(answer)
}

function refuse(reply: FastifyReply, status: number, fault: unknown): FastifyReply {
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

function tokenWrong(): RpcFault {
  return new RpcFault(
    { code: 'RPC_TOKEN_WRONG' },
    'this is not the token of this server, which is another after each start: read its file again',
  )
}

function httpMethod(): RpcFault {
  return new RpcFault({ code: 'RPC_HTTP_METHOD' }, 'send requests with POST')
}

function path(): RpcFault {
  return new RpcFault({ code: 'RPC_PATH' }, 'send requests to /, or to /eth as Ethereum knows them')
}

function notUtf8(): RpcFault {
  return new RpcFault({ code: 'RPC_PARSE' }, 'parse error: the body is not UTF-8')
}

function bodyTooLarge(most: number | undefined): RpcFault {
  return new RpcFault(
    { code: 'RPC_BODY_TOO_LARGE', most },
    `request body too large: send at most ${most} bytes at once`,
  )
}
