import { empty, Fault } from '#base'
import type { Reader } from '#storage'

import { decodeRecord } from './account.ts'
import { missing } from './faults.ts'
import { accountKey, blobKey, codeKey, publicKeyKey, slotKey } from './layout.ts'
import type { StateSource } from './source.ts'

/** The newest state that `reader` shows. Every answer but `slots` comes at once. */
export function headSource(reader: Reader): StateSource {
  return {
    isImmediate: true,
    account(address) {
      const record = reader.get(accountKey(address))
      return record && decodeRecord(record)
    },
    storage: (address, slot) => reader.get(slotKey(address, slot)) ?? empty,
    code: (codeHash) => readCode(reader, codeHash),
    key: (keyHash) => reader.get(publicKeyKey(keyHash)),
    blob: (hash) => reader.get(blobKey(hash)),
    async slots(address, most) {
      const found: (readonly [Uint8Array, Uint8Array])[] = []
      for await (const [key, value] of reader.entries(slotsOf(address))) {
        checkSlots(found.length, most)
        found.push([key.slice(21), value])
      }
      return found
    },
  }
}

/** Throws `STATE_MISSING_BYTES`: an account refers to this code. */
export function readCode(reader: Reader, codeHash: Uint8Array): Uint8Array {
  const code = reader.get(codeKey(codeHash))
  if (code !== undefined) return code
  throw missing('code', codeHash)
}

export const lastSlot = new Uint8Array(32).fill(0xff)

/** Throws `STATE_MANY_SLOTS` where one more than `found` is too many. */
export function checkSlots(found: number, most: number | undefined): void {
  if (most === undefined || found < most) return
  throw new Fault(
    { code: 'STATE_MANY_SLOTS', limit: most },
    'ask for single slots: this account has too many to be sorted for one answer',
  )
}

/** The range of keys of the slots of `address`. */
export function slotsOf(address: Uint8Array): { gte: Uint8Array; lt: Uint8Array } {
  return {
    gte: slotKey(address, new Uint8Array(32)),
    lt: Uint8Array.of(...slotKey(address, lastSlot), 0),
  }
}
