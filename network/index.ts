/**
 * The network: nodes with ML-DSA keys over TLS 1.3, who is connected to whom, direct streams with
 * back-pressure, questions and answers, and gossip. Knows frames and budgets, not what is in them.
 *
 * @module
 */
export { malformed, type NetworkFault } from './faults.ts'
export { NodeKey } from './identity/node-key.ts'
export { parsePeerId, peerIdOf } from './identity/peer-id.ts'
export { Network, type NetworkOptions } from './network.ts'
export { parseAddress } from './peers/address.ts'
export {
  decodePeerBinding,
  encodePeerBinding,
  type PeerBinding,
  signPeerBinding,
} from './peers/binding.ts'
export { type BoundValidator, PeerBindings } from './peers/bindings.ts'
export type {
  Answer,
  NetworkPort,
  NetworkEvents,
  Peer,
  PushProtocol,
  RequestProtocol,
  Sender,
  Topic,
  TrafficClass,
  TrafficFacts,
  Verdict,
} from './port.ts'
export type { Status } from './status/status.ts'
export { type Timings, timings } from './upkeep.ts'
