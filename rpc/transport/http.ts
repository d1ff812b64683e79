/**
 * JSON-RPC over HTTP: POST to / or /eth, and an upgrade to WebSocket, and nothing else. What decides
 * who may ask stands in access.ts, what is answered in dispatcher.ts.
 */
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'

import { type Clock, type Log, silent } from '#base'

import { createAccess, createTokenCheck, type TokenCheck } from '../access.ts'
import type { HealthFace } from '../health/health.ts'
import { checkHost } from '../host.ts'
import { limits, type ServerLimits } from '../limits.ts'
import type { CallStatistics } from '../metrics/call-statistics.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import { chargeHandshakes, renewCertificate, type TlsCredentials, tlsOptions } from '../tls.ts'
import { Calls } from './calls.ts'
import { Connections } from './connections.ts'
import type { Endpoint } from './endpoint.ts'
import { createGuard, guardRoutes } from './guard.ts'
import { createNaming } from './naming.ts'
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
  const guard = createGuard({ ...options, credentialOf, nameOf })
  guardRoutes(app, guard, { ...options, access })
  if (options.tls !== undefined) chargeHandshakes(app.server, options.rates)
  const calls = new Calls({
    access,
    guard,
    credentialOf,
    nameOf,
    connections,
    endpoints,
    limits: chosen,
  })
  for (const endpoint of endpoints) route(app, endpoint, calls)
  // In place of the one listener there is, which is `routing` itself.
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    if (!calls.take(request, response)) app.routing(request, response)
  })
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
      calls.close()
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

function route(app: FastifyInstance, endpoint: Endpoint, calls: Calls): void {
  app.post(endpoint.path, ({ raw, body }, reply) => {
    reply.hijack()
    calls.answer(endpoint, raw, reply.raw, body as Buffer | undefined)
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
