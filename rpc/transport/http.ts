/**
 * JSON-RPC over HTTP: POST to / or /eth, and an upgrade to WebSocket, and nothing else. What decides
 * who may ask stands in access.ts, what is answered in dispatcher.ts.
 */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

import { type Clock, type Log, silent } from '#base'

import { createAccess, createTokenCheck, type TokenCheck } from '../access.ts'
import { RpcFault } from '../errors.ts'
import type { HealthFace } from '../health/health.ts'
import { checkHost } from '../host.ts'
import { limits, type ServerLimits } from '../limits.ts'
import type { CallStatistics } from '../metrics/call-statistics.ts'
import { Presence } from '../presence.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import type { Answer } from '../request.ts'
import { chargeHandshakes, renewCertificate, type TlsCredentials, tlsOptions } from '../tls.ts'
import { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import { guard, refuse } from './guard.ts'
import { createNaming, type Naming } from './naming.ts'
import { Outflow } from './outbox.ts'
import { acceptUpgrades } from './upgrade.ts'
import type { WebSockets } from './web-sockets.ts'

/** What a server does with requests, whatever answers them. */
export interface HttpOptions {
  readonly clock: Clock
  readonly limits: ServerLimits
  /** Of all transports; its own unless given. */
  readonly outflow?: Outflow | undefined
  readonly log?: Log | undefined
  readonly allowedHosts?: readonly string[] | undefined
  readonly allowedOrigins?: readonly string[] | undefined
  /** Off unless given. */
  readonly trustsProxy?: boolean | undefined
  /** A request that brings another one is refused. */
  readonly token?: string | undefined
  readonly rates?: ClientRates | undefined
  readonly statistics?: Pick<CallStatistics, 'turnedAway'> | undefined
  readonly tls?: TlsCredentials | undefined
  readonly health?: HealthFace | undefined
  /** Upgrades are refused unless given. */
  readonly webSockets?: WebSockets | undefined
}

export interface HttpServer extends RpcServer {
  /** Open ones, without WebSockets. */
  readonly connections: number
  /** Shows new connections another certificate. Only of a server that began with one. */
  renew(tls: TlsCredentials): void
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

/** Throws `RPC_HOST_FORM` or `RPC_ORIGIN_FORM`. */
export function createHttpServer(options: HttpOptions, endpoints: readonly Endpoint[]): HttpServer {
  const { clock, limits: chosen, token, allowedHosts = [], allowedOrigins = [] } = options
  const access = createAccess(allowedHosts, allowedOrigins)
  const credentialOf: TokenCheck = token === undefined ? () => 'absent' : createTokenCheck(token)
  const app = createApp(chosen, options)
  const { webSockets, outflow = new Outflow(chosen.socketBytesInAll) } = options
  const nameOf = createNaming(options.trustsProxy ?? false, options.log ?? silent)
  const connections = new Connections({
    clock,
    outflow,
    stallTime: limits.stallTime.value,
    yieldTime: limits.yieldTime.value,
    most: chosen.connections,
    spare: () => webSockets?.free ?? 0,
    mostPerClient: limits.connectionsPerClient.value,
  })
  connections.watch(app)
  guard(app, { ...options, access, credentialOf, nameOf })
  if (options.tls !== undefined) chargeHandshakes(app.server, options.rates)
  for (const endpoint of endpoints) route(app, endpoint, { credentialOf, nameOf, connections })
  if (webSockets !== undefined) {
    acceptUpgrades(app.server, { ...options, access, credentialOf, nameOf, webSockets, endpoints })
  }
  return {
    get connections() {
      return connections.size
    },
    async listen({ host, port }) {
      checkHost(host, options.tls !== undefined)
      return await app.listen({ host, port })
    },
    renew(tls) {
      renewCertificate(app.server, tlsOptions(tls, limits.tlsHandshakeTime.value))
    },
    async close() {
      webSockets?.end()
      const cut = clock.after(chosen.drainTime, () => {
        app.server.closeAllConnections()
        webSockets?.cut()
      })
      await app.close()
      cut.cancel()
    },
  }
}

function createApp(chosen: ServerLimits, { tls }: Pick<HttpOptions, 'tls'>): FastifyInstance {
  const http = {
    maxHeaderSize: limits.headerBytes.value,
    headersTimeout: chosen.receiveTime,
    connectionsCheckingInterval: limits.connectionCheck.value,
    // Some clients offer HTTP/2 with every request: they are answered as if they had not.
    shouldUpgradeCallback: ({ headers }: { headers: { upgrade?: string | undefined } }) =>
      headers.upgrade?.toLowerCase() === 'websocket',
  }
  const app: FastifyInstance = fastify({
    http,
    ...(tls === undefined
      ? {}
      : { https: { ...http, ...tlsOptions(tls, limits.tlsHandshakeTime.value) } }),
    logger: false,
    bodyLimit: chosen.requestBytes,
    requestTimeout: chosen.receiveTime,
    keepAliveTimeout: limits.idleTime.value,
    forceCloseConnections: 'idle',
  })
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

interface RouteParts {
  readonly credentialOf: TokenCheck
  readonly nameOf: Naming
  readonly connections: Connections
}

function route(app: FastifyInstance, endpoint: Endpoint, parts: RouteParts): void {
  const { credentialOf, nameOf, connections } = parts
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  app.post(endpoint.path, (request, reply) => {
    let text: string
    try {
      text = utf8.decode(request.body as Buffer | undefined)
    } catch {
      return refuse(reply, 200, notUtf8())
    }
    const presence = new Presence()
    const answer = endpoint.answer(text, {
      transport: 'http',
      client: nameOf(request.raw),
      isAuthorized: credentialOf(request.headers.authorization) === 'right',
      presence,
      session: undefined,
    })
    const send = (settled: Answer) => deliver(reply, settled, connections)
    if (!(answer instanceof Promise)) return send(answer)
    const leave = (): void => presence.leave()
    reply.raw.once('close', leave)
    return answer.then((settled) => {
      reply.raw.off('close', leave)
      return send(settled)
    })
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

function deliver(reply: FastifyReply, answer: Answer, connections: Connections): FastifyReply {
  if (answer === undefined) return reply.code(204).send()
  const { raw } = reply
  const delivery = connections.delivery(reply.request.raw.socket)
  const size = Buffer.byteLength(answer)
  return reply
    .headers({ 'content-type': 'application/json', 'content-length': size })
    .send(delivery?.begin(answer, size, raw) ?? answer)
}

function notUtf8(): RpcFault {
  return new RpcFault({ code: 'RPC_PARSE' }, 'parse error: the body is not UTF-8')
}
