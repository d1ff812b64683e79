import { Fault } from '#base'

/**
 * - `NETWORK_KEY_LENGTH`, `NETWORK_KEY_REUSED`, `NETWORK_KEY_USE`: of the node key.
 * - `NETWORK_PEER_ID`, `NETWORK_ADDRESS`: not the text of a PeerId or of an address with one.
 * - `NETWORK_HANDSHAKE`: the peer did not prove what TLS was to prove.
 * - `NETWORK_ADMISSION`: refused before TLS, by address and rate.
 * - `NETWORK_STATUS`: not a status, or of another network.
 * - `NETWORK_FRAME`: a length of zero or above the limit.
 * - `NETWORK_MALFORMED`: bytes that only a peer that misbehaves sends.
 * - `NETWORK_BINDING`: not a binding of a validator of this network.
 * - `NETWORK_BUDGET`: more bytes than a class of traffic may bring.
 * - `NETWORK_PROTOCOL`: not a protocol or topic of this node.
 * - `NETWORK_DIAL`, `NETWORK_LISTEN`: no connection, no listener.
 * - `NETWORK_REQUEST`: no answer, or one that is none.
 * - `NETWORK_GOSSIP_SIZE`: larger than the one size of the protocol.
 * - `NETWORK_STALLED`: the peer takes nothing or says nothing.
 * - `NETWORK_STOPPED`: the network is not running.
 */
export type NetworkFault = Fault<
  | { readonly code: 'NETWORK_KEY_LENGTH'; readonly bytes: number }
  | { readonly code: 'NETWORK_KEY_REUSED' }
  | { readonly code: 'NETWORK_KEY_USE' }
  | { readonly code: 'NETWORK_PEER_ID'; readonly text: string }
  | { readonly code: 'NETWORK_ADDRESS'; readonly address: string }
  | { readonly code: 'NETWORK_HANDSHAKE'; readonly reason: string }
  | { readonly code: 'NETWORK_ADMISSION'; readonly host: string; readonly refusal: string }
  | { readonly code: 'NETWORK_STATUS'; readonly reason: string }
  | { readonly code: 'NETWORK_FRAME'; readonly bytes: number; readonly maximum: number }
  | { readonly code: 'NETWORK_MALFORMED'; readonly reason: string }
  | { readonly code: 'NETWORK_BINDING'; readonly reason: string }
  | { readonly code: 'NETWORK_BUDGET'; readonly traffic: string }
  | { readonly code: 'NETWORK_PROTOCOL'; readonly protocol: string }
  | { readonly code: 'NETWORK_DIAL'; readonly address: string; readonly reason: string }
  | { readonly code: 'NETWORK_LISTEN'; readonly addresses: string; readonly reason: string }
  | { readonly code: 'NETWORK_REQUEST'; readonly protocol: string; readonly reason: string }
  | { readonly code: 'NETWORK_GOSSIP_SIZE'; readonly bytes: number; readonly maximum: number }
  | { readonly code: 'NETWORK_STALLED'; readonly peer: string }
  | { readonly code: 'NETWORK_STOPPED' }
>

/** What a handler throws at bytes that only a peer that misbehaves sends: it is banned. */
export function malformed(reason: string): Fault<{ code: 'NETWORK_MALFORMED'; reason: string }> {
  return new Fault({ code: 'NETWORK_MALFORMED', reason })
}

export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text === '' && error instanceof Error ? error.name : text.slice(0, 200)
}
