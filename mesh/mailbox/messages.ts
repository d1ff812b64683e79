import { concat } from '#base'
import { mlKem } from '#crypto'

import { malformed } from '../faults.ts'
import { keyRecordBytes } from '../link/key-record.ts'
import type { Deposit } from './mailboxes.ts'
import { signedRootBytes } from './prekeys.ts'

const outcomes = ['stored', 'held', 'box', 'busy', 'collected', 'day', 'stamp', 'store'] as const
const prekeyCutBytes = 2

/**
 * What is said between who leaves or takes mail and a relay, over a link; `id` is that of the object:
 *
 * - deposit `1 | item`, answered by deposited `2 | outcome1 | id32`;
 * - look `3 | box32`, and knock `4 | key record1237`, answered by challenge `5 | token8 | ciphertext1088`,
 *   answered by answer `6 | token8 | hash32`;
 * - contents `7 | ids 32 each` answers look and answer; none where there are none, or it was wrong;
 * - fetch `8 | id32`, answered by item `9 | item`, which is empty where it is gone;
 * - collect `10 | id32 | opener16`, answered by collected `11 | id32`;
 * - shelve `12 | address32 | signed root5354 | prekeys, each length2 and bytes`;
 * - take `13 | address32`, answered by prekey `14 | address32 | signed root5354 | prekey`, or the address
 *   alone where there is none.
 */
export type MailMessage =
  | { readonly type: 'answer'; readonly answer: Uint8Array }
  | { readonly type: 'challenge'; readonly challenge: Uint8Array }
  | { readonly type: 'collect'; readonly id: Uint8Array; readonly opener: Uint8Array }
  | { readonly type: 'collected' | 'fetch'; readonly id: Uint8Array }
  | { readonly type: 'contents'; readonly ids: readonly Uint8Array[] }
  | { readonly type: 'deposit' | 'item'; readonly body: Uint8Array }
  | { readonly type: 'deposited'; readonly id: Uint8Array; readonly outcome: Deposit }
  | { readonly type: 'knock'; readonly record: Uint8Array }
  | { readonly type: 'look'; readonly box: Uint8Array }
  | {
      readonly type: 'prekey'
      readonly address: Uint8Array
      readonly signed?: Uint8Array | undefined
      readonly prekey?: Uint8Array | undefined
    }
  | {
      readonly type: 'shelve'
      readonly address: Uint8Array
      readonly signed: Uint8Array
      readonly prekeys: readonly Uint8Array[]
    }
  | { readonly type: 'take'; readonly address: Uint8Array }

const types = [
  'deposit',
  'deposited',
  'look',
  'knock',
  'challenge',
  'answer',
  'contents',
  'fetch',
  'item',
  'collect',
  'collected',
  'shelve',
  'take',
  'prekey',
] as const satisfies readonly MailMessage['type'][]

export function encodeMail(message: MailMessage): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(types.indexOf(message.type) + 1), ...partsOf(message))
}

function partsOf(message: MailMessage): readonly Uint8Array[] {
  switch (message.type) {
    case 'deposit':
    case 'item':
      return [message.body]
    case 'deposited':
      return [Uint8Array.of(outcomes.indexOf(message.outcome)), message.id]
    case 'look':
      return [message.box]
    case 'knock':
      return [message.record]
    case 'challenge':
      return [message.challenge]
    case 'answer':
      return [message.answer]
    case 'contents':
      return message.ids
    case 'fetch':
    case 'collected':
      return [message.id]
    case 'collect':
      return [message.id, message.opener]
    case 'take':
      return [message.address]
    case 'prekey': {
      const { address, signed, prekey } = message
      return signed === undefined || prekey === undefined ? [address] : [address, signed, prekey]
    }
    case 'shelve': {
      const lengths = message.prekeys.map(({ length }) => Uint8Array.of(length >>> 8, length & 255))
      const prekeys = message.prekeys.flatMap((one, at) => [lengths[at] ?? one, one])
      return [message.address, message.signed, ...prekeys]
    }
    default:
      return message satisfies never
  }
}

/** The parts are views of `bytes`. Throws `MESH_MALFORMED`. */
export function decodeMail(bytes: Uint8Array): MailMessage {
  const type = types[(bytes[0] ?? 0) - 1]
  const body = bytes.subarray(1)
  switch (type) {
    case 'deposit':
    case 'item':
      return { type, body }
    case 'deposited': {
      const outcome = outcomes[sized(body, 33)[0] ?? outcomes.length]
      if (outcome === undefined) throw wrong('its outcome is unknown')
      return { type, outcome, id: body.subarray(1) }
    }
    case 'look':
      return { type, box: sized(body, 32) }
    case 'knock':
      return { type, record: sized(body, keyRecordBytes) }
    case 'challenge':
      return { type, challenge: sized(body, 8 + mlKem(768).ciphertextBytes) }
    case 'answer':
      return { type, answer: sized(body, 40) }
    case 'contents':
      return { type, ids: idsOf(body) }
    case 'fetch':
    case 'collected':
      return { type, id: sized(body, 32) }
    case 'collect':
      return { type, id: sized(body, 48).subarray(0, 32), opener: body.subarray(32) }
    case 'take':
      return { type, address: sized(body, 32) }
    case 'prekey': {
      if (body.length === 32) return { type, address: body }
      return { type, ...rooted(body), prekey: body.subarray(32 + signedRootBytes) }
    }
    case 'shelve':
      return { type, ...rooted(body), prekeys: prekeysOf(body.subarray(32 + signedRootBytes)) }
    case undefined:
      throw wrong('it is of no known type')
    default:
      return type satisfies never
  }
}

function rooted(body: Uint8Array): { address: Uint8Array; signed: Uint8Array } {
  if (body.length <= 32 + signedRootBytes) throw wrong('it is cut')
  return { address: body.subarray(0, 32), signed: body.subarray(32, 32 + signedRootBytes) }
}

function prekeysOf(bytes: Uint8Array): readonly Uint8Array[] {
  const prekeys: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
    const start = at + prekeyCutBytes
    at = start + length
    if (length === 0 || at > bytes.length) throw wrong('a prekey is cut')
    prekeys.push(bytes.subarray(start, at))
  }
  return prekeys
}

function idsOf(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length % 32 !== 0) throw wrong('an id is cut')
  return Array.from({ length: bytes.length / 32 }, (_, at) =>
    bytes.subarray(at * 32, (at + 1) * 32),
  )
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw wrong('it has another length')
  return bytes
}

function wrong(reason: string): Error {
  return malformed('mail message', reason)
}
