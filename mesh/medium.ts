/**
 * What carries cells between neighbours. Cells get lost, come twice and in another order, and are
 * never delivered in part.
 *
 * @module
 */

/** How a medium is used by those on it: what a relay may do there without being asked. */
export type MediumMode = 'full' | 'access-point' | 'roaming' | 'boundary' | 'gateway'

export interface MediumFacts {
  /** Bytes of the largest cell, at least `limits.leastCell`. */
  readonly mtu: number
  readonly bitsPerSecond: number
  /** One way, milliseconds, as configured; measurements replace it. */
  readonly latency: number
  /** Who sends can't hear meanwhile, and neither can anybody beside him. */
  readonly isHalfDuplex: boolean
  /** Everybody there hears every cell; otherwise a cell goes to one `neighbour`. */
  readonly isBroadcast: boolean
  /** The share of time in which the law allows to send, where it does not allow all. */
  readonly dutyCycle?: number | undefined
  readonly mode: MediumMode
}

/** Where a cell came from, as far as the medium tells. Never leaves the node. */
export interface Arrival {
  /** Of a medium with several neighbours that it tells apart; where to answer. */
  readonly neighbour?: string | undefined
  /** dBm. */
  readonly signal?: number | undefined
}

export type MediumKind =
  | 'drop'
  | 'kiss'
  | 'lan'
  | 'libp2p'
  | 'pipe'
  | 'rnode'
  | 'serial'
  | 'sim'
  | 'tcp'
  | 'udp'

/** One way to neighbours: a socket, a radio, a directory. */
export interface Medium {
  readonly name: string
  readonly kind: MediumKind
  readonly facts: MediumFacts
  /** @param receive Takes each cell that arrives; it never throws. */
  start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void>
  /**
   * Resolved when the medium has taken the cell, so that who waits for it sends at its pace. Without
   * `neighbour`, to all. Rejected with `MESH_MEDIUM` where it can't be sent.
   */
  send(cell: Uint8Array, neighbour?: string): Promise<void>
  stop(): Promise<void>
}
