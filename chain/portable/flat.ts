/** The state of head as flat entries: what an export carries and a rebuild takes. */
import type { Reader } from '#storage'

import { decodeRecord, slotOwner, statePrefixes } from '../state/index.ts'
import type { FlatAccount } from './rebuild.ts'

export interface FlatSlot {
  readonly address: Uint8Array
  readonly slot: Uint8Array
  readonly value: Uint8Array
}

export async function* flatAccounts(reader: Reader): AsyncGenerator<FlatAccount> {
  for await (const [key, value] of reader.entries(under(statePrefixes.account))) {
    const { nonce, balance, codeHash } = decodeRecord(value)
    yield { address: key.slice(1), nonce, balance, codeHash }
  }
}

export async function* flatSlots(reader: Reader): AsyncGenerator<FlatSlot> {
  for await (const [key, value] of reader.entries(under(statePrefixes.slot))) {
    yield { ...slotOwner(key), value }
  }
}

export async function* codes(reader: Reader): AsyncGenerator<Uint8Array> {
  for await (const [, value] of reader.entries(under(statePrefixes.code))) yield value
}

export async function* publicKeys(reader: Reader): AsyncGenerator<Uint8Array> {
  for await (const [, value] of reader.entries(under(statePrefixes.key))) yield value
}

export async function* blobs(reader: Reader): AsyncGenerator<Uint8Array> {
  for await (const [, value] of reader.entries(under(statePrefixes.blob))) yield value
}

/** All keys under one prefix. */
export function under(prefix: number): { gte: Uint8Array; lt: Uint8Array } {
  return { gte: Uint8Array.of(prefix), lt: Uint8Array.of(prefix + 1) }
}
