import { decodeRlp, empty, encodeRlp, equal, toBigInt, trimmed } from '#base'
import { keccak256 } from '#crypto'

import { missing } from './faults.ts'

export interface AccountRecord {
  readonly nonce: bigint
  /** Wei. */
  readonly balance: bigint
  /** Root of the storage trie when the record was last sealed. */
  readonly storageRoot: Uint8Array
  readonly codeHash: Uint8Array
}

/** Root of a trie without entries. */
export const emptyRoot = keccak256(Uint8Array.of(0x80))
/** Hash of no code. */
export const emptyCodeHash = keccak256(empty)

/** The leaf of the account trie. @see Ethereum Yellow Paper, 4.1 */
export function encodeLeaf(record: AccountRecord): Uint8Array {
  return encodeRlp([
    trimmed(record.nonce),
    trimmed(record.balance),
    record.storageRoot,
    record.codeHash,
  ])
}

/** The flat record: the leaf with nothing in place of the two hashes of nothing. */
export function encodeRecord(record: AccountRecord): Uint8Array {
  return encodeRlp([
    trimmed(record.nonce),
    trimmed(record.balance),
    equal(record.storageRoot, emptyRoot) ? empty : record.storageRoot,
    equal(record.codeHash, emptyCodeHash) ? empty : record.codeHash,
  ])
}

/** Throws `STATE_MISSING_BYTES` when `bytes` are no record. */
export function decodeRecord(bytes: Uint8Array): AccountRecord {
  const fields = decodeRlp(bytes, 1)
  const [nonce, balance, storageRoot, codeHash] = fields instanceof Uint8Array ? [] : fields
  if (
    !(nonce instanceof Uint8Array && balance instanceof Uint8Array) ||
    !(storageRoot instanceof Uint8Array && codeHash instanceof Uint8Array)
  ) {
    throw missing('account', bytes)
  }
  return {
    nonce: toBigInt(nonce),
    balance: toBigInt(balance),
    storageRoot: storageRoot.length === 0 ? emptyRoot : storageRoot,
    codeHash: codeHash.length === 0 ? emptyCodeHash : codeHash,
  }
}
