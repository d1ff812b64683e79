/**
 * The JSON-RPC server: methods, each one definition of its parameters, result and handler; the
 * dispatcher that runs them within limits; HTTP and WebSocket, safe against pages in a browser, and
 * beyond this machine over TLS with a hybrid group alone; the socket of IPC. Sees the chain only
 * through its face, and decides nothing.
 *
 * @module
 */
export { createAccess } from './access.ts'
export { publicMethods } from './allow-list.ts'
export type { HealthFace, UnreadyReason } from './health/health.ts'
export { checkHost, isLoopback } from './host.ts'
export { limits, type ServerLimit, type ServerLimits } from './limits.ts'
export { type Context, defineMethod, type Method } from './method.ts'
export { methods } from './methods/index.ts'
export { durationBounds, type MethodStatistics, outcomes } from './metrics/call-statistics.ts'
export type { BlockBuilder, DevFace } from './dev-face.ts'
export { AnsweredError } from './errors.ts'
export { createProxyServer, type ProxyServerOptions } from './proxy/server.ts'
export {
  isErrorObject,
  type Upstream,
  type UpstreamAnswer,
  type UpstreamCall,
} from './proxy/upstream.ts'
export {
  type AdminNetwork,
  type CommitFacts,
  type ConsensusFace,
  type ConsensusStatus,
  type NodeFace,
  type NodeStatus,
  type PeerFacts,
  sealer,
} from './node-face.ts'
export { renderParsTransaction } from './render/pars-transaction.ts'
export {
  createRpcServer,
  type NodeRpcServer,
  type RpcServerOptions,
  type ServerFacts,
} from './server.ts'
export type { AccountSigner, DevSigner, Sending, SendRequest, SignRequest } from './signer.ts'
export type { RpcServer } from './transport/http.ts'
export type { ByteStream } from './transport/streams.ts'
