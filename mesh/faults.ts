import { Fault } from '#base'

/**
 * - `MESH_KEY_LENGTH`, `MESH_KEY_REUSED`, `MESH_KEY_USE`: of the node key.
 * - `MESH_PEER_ID`, `MESH_ADDRESS`: not the text of a PeerId or of an address with one.
 * - `MESH_HANDSHAKE`: the peer did not prove what TLS was to prove.
 * - `MESH_ADMISSION`: refused before TLS, by address and rate.
 * - `MESH_STATUS`: not a status, or of another network.
 * - `MESH_FRAME`: a length of zero or above the limit.
 * - `MESH_MALFORMED`: bytes that only a peer that misbehaves sends.
 * - `MESH_BINDING`: not a binding of a validator of this network.
 * - `MESH_BUDGET`: more bytes than a class of traffic may bring.
 * - `MESH_PROTOCOL`: not a protocol or topic of this node.
 * - `MESH_DIAL`, `MESH_LISTEN`: no connection, no listener.
 * - `MESH_REQUEST`: no answer, or one that is none.
 * - `MESH_GOSSIP_SIZE`: larger than the one size of the protocol.
 * - `MESH_STALLED`: the peer takes nothing or says nothing.
 * - `MESH_STOPPED`: the network is not running.
 */
export type MeshFault = Fault<
  | { readonly code: 'MESH_KEY_LENGTH'; readonly bytes: number }
  | { readonly code: 'MESH_KEY_REUSED' }
  | { readonly code: 'MESH_KEY_USE' }
  | { readonly code: 'MESH_PEER_ID'; readonly text: string }
  | { readonly code: 'MESH_ADDRESS'; readonly address: string }
  | { readonly code: 'MESH_HANDSHAKE'; readonly reason: string }
  | { readonly code: 'MESH_ADMISSION'; readonly host: string; readonly refusal: string }
  | { readonly code: 'MESH_STATUS'; readonly reason: string }
  | { readonly code: 'MESH_FRAME'; readonly bytes: number; readonly maximum: number }
  | { readonly code: 'MESH_MALFORMED'; readonly reason: string }
  | { readonly code: 'MESH_BINDING'; readonly reason: string }
  | { readonly code: 'MESH_BUDGET'; readonly traffic: string }
  | { readonly code: 'MESH_PROTOCOL'; readonly protocol: string }
  | { readonly code: 'MESH_DIAL'; readonly address: string; readonly reason: string }
  | { readonly code: 'MESH_LISTEN'; readonly addresses: string; readonly reason: string }
  | { readonly code: 'MESH_REQUEST'; readonly protocol: string; readonly reason: string }
  | { readonly code: 'MESH_GOSSIP_SIZE'; readonly bytes: number; readonly maximum: number }
  | { readonly code: 'MESH_STALLED'; readonly peer: string }
  | { readonly code: 'MESH_STOPPED' }
>

/** What a handler throws at bytes that only a peer that misbehaves sends: it is banned. */
export function malformed(reason: string): Fault<{ code: 'MESH_MALFORMED'; reason: string }> {
  return new Fault({ code: 'MESH_MALFORMED', reason })
}

export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text === '' && error instanceof Error ? error.name : text.slice(0, 200)
}
