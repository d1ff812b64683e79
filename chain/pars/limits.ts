import type { Limits } from '#base'

/** @see PIP-0002 "Order and blocks" */
export const limits = {
  blockBytes: { value: 8_388_608, unit: 'bytes', why: 'of one RLP-encoded block (EIP-7934)' },
  parkedAhead: { value: 63, unit: 'nonces', why: 'how far a gap inside one commit may reach' },
  verifiedAhead: {
    value: 4,
    unit: 'verifications',
    why: 'beside execution; what a body that breaks can waste besides its bad signature',
  },
  recordSlots: {
    value: 4096,
    unit: 'senders',
    why: 'of calls, whose place in the registry is remembered: 1 MiB',
  },
} as const satisfies Limits

/** What the header and the lists around the transactions may take at most. */
const frame = 1024

/** The room for transactions in an empty block, in bytes as `blockBytes` counts them. */
export const roomForTransactions = limits.blockBytes.value - frame

/** What a transaction adds to its block: the encoding and at most four bytes of RLP header. */
export function blockBytes(wire: Uint8Array): number {
  return wire.length + 4
}
