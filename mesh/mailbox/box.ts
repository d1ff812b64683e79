import { concat, fixed } from '#base'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'

/** Days since 1970, UTC. */
export function dayAt(milliseconds: number): number {
  return Math.floor(milliseconds / 86_400_000)
}

/**
 * One way of a conversation, 32 bytes: what goes to `recipient` is in other mailboxes than what comes
 * back, and nobody can tell that the two belong together.
 *
 * @param secret That the two share, 32 bytes.
 * @param recipient Address, 32 bytes.
 */
export function wayTo(secret: Uint8Array, recipient: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('mail-way', 32, secret, recipient)
}

/**
 * The mailbox of a day, 32 bytes: H("mbox", 32, way, day2). Who has not the secret can't name it
 * before it is used, nor tell that two are of the same pair.
 *
 * @param way `wayTo`, or the key of a group.
 */
export function contactBox(way: Uint8Array, day: number): Uint8Array<ArrayBuffer> {
  return meshHash('mbox', 32, way, fixed(day, 2))
}

/**
 * Where strangers leave mail for an address: H("inbox", 32, address, day2). Everybody who knows the
 * address can name it; who holds its key alone can open it.
 */
export function inboxOf(address: Uint8Array, day: number): Uint8Array<ArrayBuffer> {
  return meshHash('inbox', 32, address, fixed(day, 2))
}

/** What a reader gives somebody so that they need no stamps: a secret, for some time. */
export interface Ticket {
  /** 32 bytes, random: `contactBox` takes its `wayTo`. */
  readonly secret: Uint8Array
  /** The last day on which the reader looks there. */
  readonly until: number
}

/** 34 bytes. It travels inside links and sealed items alone. */
export function encodeTicket({ secret, until }: Ticket): Uint8Array<ArrayBuffer> {
  return concat(secret, fixed(until, 2))
}

/** Throws `MESH_MALFORMED`. */
export function decodeTicket(bytes: Uint8Array): Ticket {
  if (bytes.length !== 34) throw malformed('ticket', 'it has another length')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { secret: bytes.slice(0, 32), until: view.getUint16(32) }
}
