/** JSON-RPC around one chain, with its token, what it says of its health, and what it counts. */
import type { Clock, Log } from '#base'
import type { Chain, Verifier } from '#chain'
import {
  createRpcServer,
  isLoopback,
  type NodeRpcServer,
  renderParsTransaction,
  type RpcServerOptions,
  sealer,
} from '#rpc'

import { administered } from './administered.ts'
import { watchCertificate } from './certificate-watch.ts'
import type { CommitteeNode } from './consensus/committee-node.ts'
import { nodeFace } from './consensus/node-face.ts'
import { Health } from './health.ts'
import { openIpc } from './ipc.ts'
import { listen } from './listen.ts'
import type { MetricsSources } from './metrics/metrics.ts'
import type { MetricsServer } from './metrics/server.ts'
import { systemRandom } from './random.ts'
import type { RpcOffer } from './rpc-offer.ts'
import { openRpcToken } from './rpc-token.ts'
import { clientVersion } from './version.ts'

export interface RpcServiceOptions {
  /** The data folder. */
  readonly data: string
  readonly host: string
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  /** Take the client of JSON-RPC from X-Forwarded-For. */
  readonly trustsProxy?: boolean
  /** Where the socket of IPC is: in the data folder unless given; `none` for no socket. */
  readonly ipc?: string | undefined
  /** Files in PEM, of `offer`. */
  readonly tlsCertificate?: string | undefined
  readonly tlsKey?: string | undefined
  /** Loopback port for /metrics; none unless given. */
  readonly metricsPort?: number | undefined
  readonly log: Log
}

interface Parts extends Pick<RpcServerOptions, 'builder' | 'dev' | 'signer'> {
  readonly chain: Chain
  readonly verifier: Verifier
  /** Undefined where the node is its whole network. */
  readonly committee: CommitteeNode | undefined
  readonly offer: RpcOffer
  readonly clock: Clock
  readonly upgrades: MetricsSources['upgrades']
}

/** Answers until it is disposed of: calls under way end first. */
export interface RpcService extends AsyncDisposable {
  readonly server: NodeRpcServer
  readonly health: Health
  readonly url: string
  /** The socket of IPC, if there is one. */
  readonly ipc: string | undefined
  /** Where Prometheus asks, if it may. */
  readonly metrics: string | undefined
}

/** Throws `NODE_PORT`, `NODE_FILE`, `NODE_IPC`, `NODE_IPC_USED`, `RPC_HOST_FORM`, `RPC_ORIGIN_FORM` and `RPC_METHOD_FORM`. */
export async function openRpcService(
  options: RpcServiceOptions,
  { offer, verifier, committee, upgrades, ...given }: Parts,
): Promise<RpcService> {
  const { data, log, allowedHosts, allowedOrigins, trustsProxy = false } = options
  const { chain, clock } = given
  const face = committee === undefined ? sealer : nodeFace(committee, chain)
  const node = administered(face, { data, network: committee?.network })
  const health = new Health({ chain, node, data, clock })
  await using started = new AsyncDisposableStack()
  const { token } = started.use(await openRpcToken(data))
  const server = createRpcServer({
    ...given,
    ...offer,
    node,
    health,
    token,
    random: systemRandom,
    render: renderParsTransaction,
    log,
    clientVersion,
    allowedHosts,
    allowedOrigins,
    trustsProxy,
  })
  const sources = { chain, verifier, server, health, committee, clock, upgrades }
  const metrics = await openMetrics(options, sources)
  if (metrics !== undefined) started.use(metrics)
  // It ends with its last connection, which the server ends.
  const ipc = await openIpc(server, options)
  if (ipc !== undefined) started.use(ipc)
  started.defer(() => server.close())
  const url = await listen(server, options)
  const { tls } = offer
  const { tlsCertificate: certificate, tlsKey: key } = options
  if (tls !== undefined && certificate !== undefined && key !== undefined) {
    started.use(watchCertificate({ certificate, key, clock, log, shown: tls, server }))
  }
  if (!isLoopback(options.host) && allowedHosts.length === 0) {
    log.warn('JSON-RPC refuses every name but those of this machine: give others in allow-hosts')
  }
  const resources = started.move()
  return {
    server,
    health,
    url,
    ipc: ipc?.path,
    metrics: metrics?.url,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function openMetrics(
  { metricsPort, log }: RpcServiceOptions,
  sources: MetricsSources,
): Promise<MetricsServer | undefined> {
  if (metricsPort === undefined) return undefined
  // A node that nobody watches does without all of this.
  const { createMetrics } = await import('./metrics/metrics.ts')
  const { openMetricsServer } = await import('./metrics/server.ts')
  return openMetricsServer(createMetrics(sources), metricsPort, log)
}
