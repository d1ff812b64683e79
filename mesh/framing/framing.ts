import type { Arrival } from '../medium.ts'

/** How cells are told apart on a wire that carries bytes. */
export interface Framing {
  encode(cell: Uint8Array): Uint8Array<ArrayBuffer>
  /**
   * For the bytes of one connection.
   *
   * @param most Bytes of the largest cell; what is larger is skipped.
   */
  reader(most: number, deliver: (cell: Uint8Array, arrival: Arrival) => void): FrameReader
}

export interface FrameReader {
  /** Bytes as they came, in any pieces. */
  push(chunk: Uint8Array): void
}
