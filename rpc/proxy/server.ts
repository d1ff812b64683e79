import type { Clock, Log } from '#base'

import { createDispatcher } from '../dispatcher.ts'
import { limits, serverLimits, type ServerLimits } from '../limits.ts'
import { Semaphore } from '../semaphore.ts'
import type { AccountSigner } from '../signer.ts'
import { createHttpServer, type RpcServer } from '../transport/http.ts'
import { Forwarder } from './forward.ts'
import { createProxyMethods } from './registry.ts'
import type { Upstream } from './upstream.ts'

export interface ProxyServerOptions {
  readonly upstream: Upstream
  readonly signer: AccountSigner
  /** Who brings it may sign. Printable, without spaces and colons. */
  readonly token: string
  readonly clock: Clock
  readonly log: Log
  /** Host names beside the loopback ones. */
  readonly allowedHosts?: readonly string[]
  /** Origins of pages that may use the proxy from a browser. */
  readonly allowedOrigins?: readonly string[]
  readonly limits?: Partial<ServerLimits>
}

/** Signs for who brings the token, and forwards the rest. Throws `RPC_HOST_FORM` or `RPC_ORIGIN_FORM`. */
export function createProxyServer(options: ProxyServerOptions): RpcServer {
  const { clock, log, signer, token, upstream, allowedHosts, allowedOrigins } = options
  const chosen = serverLimits({
    callsUnderWay: limits.proxyCalls.value,
    callTime: limits.proxyTime.value,
    requestBytes: limits.proxyRequestBytes.value,
    ...options.limits,
  })
  const dispatcher = createDispatcher({
    registry: createProxyMethods(),
    clock,
    log,
    limits: chosen,
  })
  const requests = new Semaphore(limits.upstreamRequests.value)
  return createHttpServer(
    { clock, limits: chosen, token, allowedHosts, allowedOrigins },
    (['/', '/eth'] as const).map((path) => {
      const forwarder = new Forwarder(upstream, path, requests)
      return {
        path,
        answer: (text, { isAuthorized, presence }) =>
          dispatcher.dispatch(text, { signer, forwarder, isAuthorized }, presence),
      }
    }),
  )
}
