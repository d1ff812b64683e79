/**
 * A chain as records that do not depend on how it is stored: the state of head as flat entries, and
 * every block. What can be computed from these is left out: tries, indexes, earlier states.
 */
import { type Rlp, trimmed } from '#base'
import type { Reader } from '#storage'

import { encodeHeader } from '../block/header.ts'
import { keys } from '../block/layout.ts'
import { readHeader, readHeadNumber } from '../block/sealed.ts'
import { corrupt } from '../block/stored.ts'
import { blobs, codes, flatAccounts, flatSlots, publicKeys } from './flat.ts'
import { limits } from './limits.ts'

/** First a name, then what belongs to it. */
export type ChainRecord = readonly [name: Uint8Array, ...fields: readonly Rlp[]]

const text = new TextEncoder()
export const names = {
  code: text.encode('code'),
  key: text.encode('key'),
  blob: text.encode('blob'),
  accounts: text.encode('accounts'),
  slots: text.encode('slots'),
  block: text.encode('block'),
} as const

/** Blocks ascending from 1, then code, keys and blobs, accounts, slots: the order in which an import takes them. */
export async function* exportChain(reader: Reader): AsyncGenerator<ChainRecord> {
  yield* blocks(reader)
  for await (const code of codes(reader)) yield [names.code, code]
  for await (const key of publicKeys(reader)) yield [names.key, key]
  for await (const blob of blobs(reader)) yield [names.blob, blob]
  yield* accounts(reader)
  yield* slots(reader)
}

async function* blocks(reader: Reader): AsyncGenerator<ChainRecord> {
  const head = readHeadNumber(reader)
  for (let number = 1n; number <= head; number++) {
    const record = readHeader(reader, number)
    const body = reader.get(keys.body(number))
    const receipts = reader.get(keys.receipts(number))
    if (record === undefined || body === undefined || receipts === undefined) {
      throw corrupt('block')
    }
    yield [names.block, encodeHeader(record.header), body, receipts]
  }
}

async function* accounts(reader: Reader): AsyncGenerator<ChainRecord> {
  let some: Rlp[] = []
  for await (const { address, nonce, balance, codeHash } of flatAccounts(reader)) {
    some.push([address, trimmed(nonce), trimmed(balance), codeHash])
    if (some.length < limits.exportedItems.value) continue
    yield [names.accounts, some]
    some = []
  }
  if (some.length > 0) yield [names.accounts, some]
}

async function* slots(reader: Reader): AsyncGenerator<ChainRecord> {
  let some: Rlp[] = []
  for await (const { address, slot, value } of flatSlots(reader)) {
    some.push([address, slot, value])
    if (some.length < limits.exportedItems.value) continue
    yield [names.slots, some]
    some = []
  }
  if (some.length > 0) yield [names.slots, some]
}
