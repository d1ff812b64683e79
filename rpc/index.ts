/**
 * The JSON-RPC server: methods, each one definition of its parameters, result and handler; the
 * dispatcher that runs them within limits; HTTP on loopback, safe against pages in a browser. Sees
 * the chain only through its face, and decides nothing.
 *
 * @module
 */
export { createAccess } from './access.ts'
export { limits, type ServerLimit, type ServerLimits } from './limits.ts'
export { type Context, defineMethod, type Method } from './method.ts'
export { methods } from './methods/index.ts'
export { AnsweredError } from './errors.ts'
export { createProxyServer, type ProxyServerOptions } from './proxy/server.ts'
export {
  isErrorObject,
  type Upstream,
  type UpstreamAnswer,
  type UpstreamCall,
} from './proxy/upstream.ts'
export type { ConsensusStatus, NodeFace, NodeStatus, PeerFacts } from './node-face.ts'
export { renderParsTransaction } from './render/pars-transaction.ts'
export { checkHost, createRpcServer, type RpcServer, type RpcServerOptions } from './server.ts'
export type { AccountSigner, DevSigner, Sending, SendRequest, SignRequest } from './signer.ts'
