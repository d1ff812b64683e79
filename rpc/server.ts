/** The RPC of a node: what its methods may use, joined to HTTP, WebSocket and the IPC socket. */
import type { Clock, Log, Random } from '#base'
import type { ChainFace, RenderTransaction } from '#chain'

import { type AllowList, anyMethod, createAllowList } from './allow-list.ts'
import { CallContext } from './context.ts'
import type { BlockBuilder, DevFace } from './dev-face.ts'
import { createDispatcher } from './dispatcher.ts'
import { Filters } from './filters/filters.ts'
import { createGate, type Transport } from './gate.ts'
import type { HealthFace } from './health/health.ts'
import { type ServerLimits, serverLimits } from './limits.ts'
import type { Method } from './method.ts'
import { methods as allMethods } from './methods/index.ts'
import { CallStatistics, type MethodStatistics } from './metrics/call-statistics.ts'
import { type NodeFace, sealer } from './node-face.ts'
import { createOffer } from './offer.ts'
import { ClientRates, type RateOptions } from './rates/client-rates.ts'
import { createRegistry, partsOf } from './registry.ts'
import type { DevSigner } from './signer.ts'
import { Stretch } from './stretch.ts'
import { Feeds } from './subscriptions/feeds.ts'
import { SubscriptionCounts } from './subscriptions/session.ts'
import type { TlsCredentials } from './tls.ts'
import type { ConnectionShare } from './transport/connection.ts'
import type { Endpoint } from './transport/endpoint.ts'
import { createHttpServer, type RpcServer } from './transport/http.ts'
import { Outflow } from './transport/outbox.ts'
import { type ByteStream, Streams } from './transport/streams.ts'
import { WebSockets } from './transport/web-sockets.ts'
import { Turns } from './turns.ts'
import { ethereumView, nativeView, type View } from './view.ts'

export interface RpcServerOptions {
  readonly chain: ChainFace
  /** The JSON of a transaction of this chain's profile. */
  readonly render: RenderTransaction
  /** A node that seals by itself unless given. */
  readonly node?: NodeFace
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Answer of web3_clientVersion: `name/version/platform/runtime`. */
  readonly clientVersion: string
  /** All of rpc/methods by default. */
  readonly methods?: readonly Method[]
  /** Only for a network whose genesis says `dev`. */
  readonly signer?: DevSigner
  /** Only for a network whose genesis says `dev`, and that this node is the whole of. */
  readonly dev?: DevFace
  readonly builder?: BlockBuilder
  /** Host names beside the loopback ones. */
  readonly allowedHosts?: readonly string[]
  /** Origins of pages that may use the node from a browser. */
  readonly allowedOrigins?: readonly string[]
  /**
   * A proxy in front names its client at the end of X-Forwarded-For. Programs of this machine can then
   * be anybody to the pool.
   */
  readonly trustsProxy?: boolean
  /** Who brings it may call everything but `admin_`. */
  readonly token?: string
  /** What one client may ask for; none unless given. */
  readonly rate?: RateOptions
  /** Whole names, and namespaces as `eth_`; everything unless given. */
  readonly httpMethods?: readonly string[]
  readonly wsMethods?: readonly string[]
  /** Without it only this machine may be served. */
  readonly tls?: TlsCredentials
  readonly health?: HealthFace
  /** No data in errors but that of a revert: Ethereum's own suite compares them whole. */
  readonly plainErrors?: boolean
  readonly limits?: Partial<ServerLimits>
}

/** What is open now. */
export interface ServerFacts {
  readonly connections: Readonly<Record<Transport, number>>
  readonly subscriptions: number
  /** Bytes on their way to all clients. */
  readonly outgoing: number
}

/** The server of a node, with what it counts. */
export interface NodeRpcServer extends RpcServer {
  /** Serves who reached the node's own socket, as `/` does, until it leaves. */
  attach(stream: ByteStream): void
  /** Shows new connections another certificate. Only of a server that began with one. */
  renew(tls: TlsCredentials): void
  calls(): readonly MethodStatistics[]
  facts(): ServerFacts
}

/** Throws `RPC_HOST_FORM`, `RPC_ORIGIN_FORM`, `RPC_METHOD_FORM` or `RPC_METHOD_DUPLICATE`. */
export function createRpcServer(options: RpcServerOptions): NodeRpcServer {
  const chosen = serverLimits(options.limits)
  const { chain, node = sealer, clock, random, log } = options
  const rates = options.rate === undefined ? undefined : new ClientRates(clock, options.rate)
  const feeds = new Feeds({ chain, node, clock, log })
  const { endpoints, statistics } = createEndpoints(options, chosen, { node, rates, feeds })
  const share: ConnectionShare = {
    limits: chosen,
    random,
    clock,
    rates,
    statistics,
    outflow: new Outflow(chosen.socketBytesInAll),
    stretch: new Stretch(clock),
    counts: new SubscriptionCounts(),
  }
  const [native] = endpoints
  const streams = new Streams({ ...share, answer: (text, caller) => native.answer(text, caller) })
  const webSockets = new WebSockets(share)
  const { allowedHosts, allowedOrigins, trustsProxy, token, tls, health } = options
  const access = { log, allowedHosts, allowedOrigins, trustsProxy, token, tls, health }
  const http = createHttpServer({ ...share, webSockets, ...access }, endpoints)
  return {
    listen: (at) => http.listen(at),
    attach: (stream) => streams.take(stream),
    renew: (credentials) => http.renew(credentials),
    async close() {
      const cut = clock.after(chosen.drainTime, () => streams.cut())
      await Promise.all([http.close(), streams.end()])
      cut.cancel()
      feeds.close()
    },
    calls: () => statistics.read(),
    facts: () => ({
      connections: { http: http.connections, ws: webSockets.size, ipc: streams.size },
      subscriptions: share.counts.all,
      outgoing: share.outflow.bytes,
    }),
  }
}

interface EndpointParts {
  readonly node: NodeFace
  readonly rates: ClientRates | undefined
  readonly feeds: Feeds
}

/** Both paths, the native one first. */
function createEndpoints(
  options: RpcServerOptions,
  limits: ServerLimits,
  { node, rates, feeds }: EndpointParts,
) {
  const { chain, clock, random, log, render, clientVersion, signer, dev, builder } = options
  const parts = partsOf({ dev, builder })
  const registry = createRegistry(options.methods ?? allMethods, signer !== undefined, parts)
  const statistics = new CallStatistics(registry.methods.map(({ name }) => name))
  const arrivals = new Turns(clock)
  const gate = createGate({
    rates,
    http: allowed(options.httpMethods),
    ws: allowed(options.wsMethods),
  })
  const dispatcher = createDispatcher({
    registry,
    clock,
    log,
    limits,
    gate,
    statistics,
    plainErrors: options.plainErrors,
  })
  const filters = new Filters(random, clock)
  const common = { chain, node, signer, dev, builder, clientVersion, log, clock }
  const shared = { ...common, feeds, filters, offer: createOffer(registry.methods, gate) }
  const apart = { gate, arrivals }
  const endpoint = (view: View): Endpoint => {
    const own = { ...shared, view }
    return {
      path: view.path,
      answer: (text, caller) =>
        dispatcher.dispatch(text, new CallContext(own, caller, apart), caller.presence),
    }
  }
  const endpoints = [endpoint(nativeView(render)), endpoint(ethereumView(render))] as const
  return { endpoints, statistics }
}

function allowed(entries: readonly string[] | undefined): AllowList {
  return entries === undefined ? anyMethod : createAllowList(entries)
}
