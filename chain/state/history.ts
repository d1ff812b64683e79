import { empty, Fault } from '#base'
import type { Reader } from '#storage'

import { decodeRecord } from './account.ts'
import { checkSlots, lastSlot, readCode, slotsOf } from './head-source.ts'
import {
  accountKey,
  blobKey,
  oldestKey,
  oldKey,
  publicKeyKey,
  readHeight,
  slotKey,
} from './layout.ts'
import type { StateSource } from './source.ts'

const never = 0xffff_ffff_ffff_ffffn

/**
 * The state after block `height`. Answers with promises; over a store that is being written, take a
 * snapshot. Every answer may be `STATE_PRUNED`.
 */
export function historicalSource(reader: Reader, height: bigint): StateSource {
  const at = (key: Uint8Array) => readAt(reader, key, height)
  return {
    isImmediate: false,
    async account(address) {
      const record = await at(accountKey(address))
      return record && decodeRecord(record)
    },
    storage: async (address, slot) => (await at(slotKey(address, slot))) ?? empty,
    code: (codeHash) => readCode(reader, codeHash),
    key: (keyHash) => reader.get(publicKeyKey(keyHash)),
    blob: (hash) => reader.get(blobKey(hash)),
    slots: (address, most) => slotsAt(reader, { address, height, most }),
  }
}

/** The lowest height whose state can be read. */
export function oldestHeight(reader: Reader): bigint {
  const bytes = reader.get(oldestKey)
  return bytes === undefined ? 0n : readHeight(bytes, 0)
}

/** Throws `STATE_PRUNED`. */
export function checkRetained(reader: Reader, height: bigint): void {
  const oldest = oldestHeight(reader)
  if (height >= oldest) return
  throw new Fault({ code: 'STATE_PRUNED', height, oldest }, 'ask an archive node')
}

/** The value of `key` after block `height`: what the next block that changed it found there. */
export async function readAt(
  reader: Reader,
  key: Uint8Array,
  height: bigint,
): Promise<Uint8Array | undefined> {
  checkRetained(reader, height)
  const range = { gte: oldKey(key, height + 1n), lt: oldKey(key, never), limit: 1 }
  for await (const [, before] of reader.entries(range)) {
    return before.length === 0 ? undefined : before
  }
  return reader.get(key)
}

interface SlotsAt {
  readonly address: Uint8Array
  readonly height: bigint
  readonly most: number | undefined
}

/** The slots of today, put back to what they were; those that are gone today come from the past. */
async function slotsAt(
  reader: Reader,
  { address, height, most }: SlotsAt,
): Promise<[slot: Uint8Array, value: Uint8Array][]> {
  checkRetained(reader, height)
  const { gte, lt } = slotsOf(address)
  const found = new Map<string, Uint8Array>()
  for await (const [key, value] of reader.entries({ gte, lt })) {
    checkSlots(found.size, most)
    found.set(key.subarray(21).toHex(), value)
  }
  const seen = new Set<string>()
  const past = { gte: oldKey(gte, 0n), lt: oldKey(slotKey(address, lastSlot), never) }
  for await (const [key, before] of reader.entries(past)) {
    const slot = key.subarray(22, 54).toHex()
    if (readHeight(key, 54) <= height || seen.has(slot)) continue
    checkSlots(seen.size, most)
    seen.add(slot)
    if (before.length === 0) found.delete(slot)
    else found.set(slot, before)
  }
  return Array.from(found, ([slot, value]) => [Uint8Array.fromHex(slot), value])
}

/**
 * The heights of the blocks that changed the account of `address`, as far back as history is kept.
 * @param range Both ends belong to it.
 */
export async function* changesOf(
  reader: Reader,
  address: Uint8Array,
  range: { readonly from: bigint; readonly to: bigint; readonly newestFirst: boolean },
): AsyncGenerator<bigint> {
  const key = accountKey(address)
  const oldest = oldestHeight(reader)
  const from = range.from > oldest ? range.from : oldest + 1n
  if (from > range.to) return
  const bounds = { gte: oldKey(key, from), lt: oldKey(key, range.to + 1n) }
  for await (const [old] of reader.entries({ ...bounds, reverse: range.newestFirst })) {
    yield readHeight(old, 1 + key.length)
  }
}
