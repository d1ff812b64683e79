/**
 * What a cell of a link is for: the byte after its circuit's name. It is the one thing beside length
 * and time that relays see of a cell, and is authenticated.
 */
export const linkContexts = {
  data: 0x10,
  fragment: 0x11,
  /** 16 bytes that prove that a cell was opened. */
  receipt: 0x12,
  /** Nothing but chunks of a ratchet. */
  ratchet: 0x13,
  keepalive: 0x14,
  close: 0x15,
} as const
