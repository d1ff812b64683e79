import { concat, encodeRlp, fixed, type Rlp, rlpList, toBigInt, trimmed } from '#base'
import type { Change, Reader } from '#storage'

import type { BlockView, Head, PlacedTransaction, StoredReceipt } from '../port.ts'
import type { Envelope } from '../profile.ts'
import { encodeHeader, headerFromRlp } from './header.ts'
import { height, keys, put } from './layout.ts'
import { packReceipts, unpackReceipts } from './receipt.ts'
import { corrupt, storedRlp } from './stored.ts'

const stored = storedRlp('block')

/** An executed block, ready to be written. */
export interface SealedBlock extends Head {
  readonly envelopes: readonly Envelope[]
  readonly receipts: readonly StoredReceipt[]
  /** RLP items after the transactions: ommers, and withdrawals since Shanghai. */
  readonly tail: readonly Rlp[]
}

/** The RLP-encoded block. @see EIP-4895, EIP-2718 */
export function encodeBlock({
  header,
  envelopes,
  tail,
}: Pick<SealedBlock, 'header' | 'tail'> & {
  readonly envelopes: readonly Pick<Envelope, 'wire'>[]
}): Uint8Array<ArrayBuffer> {
  return rlpList([encodeHeader(header), ...bodyItems(envelopes, tail)])
}

function bodyItems(
  envelopes: readonly Pick<Envelope, 'wire'>[],
  tail: readonly Rlp[],
): Uint8Array[] {
  // A legacy transaction is itself an RLP list; a typed one is a string of bytes (EIP-2718).
  const transactions = envelopes.map(({ wire }) =>
    (wire[0] ?? 0) >= 0xc0 ? wire : encodeRlp(wire),
  )
  return [rlpList(transactions), ...tail.map((item) => encodeRlp(item))]
}

/** The block's entries, to go into one batch with its state and the head. */
export function blockChanges(block: SealedBlock): Change[] {
  const { number } = block.header
  const body = rlpList(bodyItems(block.envelopes, block.tail))
  const header = encodeHeader(block.header)
  const size = rlpSize(header.length + body.length - rlpHead(body.length))
  return [
    put(
      keys.header(number),
      rlpList([
        header,
        encodeRlp(block.hash),
        encodeRlp(trimmed(size)),
        encodeRlp(block.envelopes.map(({ hash }) => hash)),
      ]),
    ),
    put(keys.body(number), body),
    put(keys.receipts(number), packReceipts(block.receipts)),
    put(keys.byHash(block.hash), height.encode(number)),
    ...block.envelopes.flatMap(({ hash, wireHash }, index) => {
      const place = concat(height.encode(number), fixed(index, 4))
      const byHash = put(keys.transaction(hash), place)
      return hash === wireHash ? [byHash] : [byHash, put(keys.wire(wireHash), place)]
    }),
  ]
}

/** Bytes of an RLP list around `payload` bytes. */
function rlpSize(payload: number): number {
  return payload + (payload < 56 ? 1 : 1 + trimmed(payload).length)
}

/** Bytes of the head of an encoded list that is `total` bytes long. */
function rlpHead(total: number): number {
  for (let head = 1; head <= 9; head++) if (rlpSize(total - head) === total) return head
  throw new RangeError('no such list')
}

interface HeaderRecord extends Head {
  readonly size: number
  readonly hashes: readonly Uint8Array[]
}

export function readHeader(reader: Reader, number: bigint): HeaderRecord | undefined {
  const bytes = reader.get(keys.header(number))
  if (bytes === undefined) return undefined
  const [header, hash, size, hashes] = stored.list(stored.decode(bytes))
  return {
    header: headerFromRlp(header ?? []),
    hash: stored.bytes(hash),
    size: Number(toBigInt(stored.bytes(size))),
    hashes: stored.list(hashes).map(stored.bytes),
  }
}

/** Throws `STORE_CORRUPT` for a store without one. */
export function readHeadNumber(reader: Reader): bigint {
  const value = reader.get(keys.meta('head'))
  if (value === undefined) throw corrupt('head')
  return height.decode(value)
}

/** Throws `STORE_CORRUPT` for a store without one. */
export function readHead(reader: Reader): Head {
  const record = readHeader(reader, readHeadNumber(reader))
  if (record === undefined) throw corrupt('head')
  return { hash: record.hash, header: record.header }
}

export function readBlock(reader: Reader, number: bigint): BlockView | undefined {
  const record = readHeader(reader, number)
  const body = reader.get(keys.body(number))
  const packed = reader.get(keys.receipts(number))
  if (record === undefined || body === undefined || packed === undefined) return undefined
  const [transactions, ommers, withdrawals] = stored.list(stored.decode(body))
  const receipts = unpackReceipts(packed)
  let firstLog = 0
  const placed = stored.list(transactions).map((item, index): PlacedTransaction => {
    const receipt = receipts[index]
    const hash = record.hashes[index]
    if (receipt === undefined || hash === undefined) throw corrupt('block')
    const wire = item instanceof Uint8Array ? item : encodeRlp(item)
    const transaction = { hash, wire, index, receipt, firstLog }
    firstLog += receipt.logs.length
    return transaction
  })
  return {
    header: record.header,
    hash: record.hash,
    size: record.size,
    transactions: placed,
    ommers: stored.list(ommers).map((ommer) => encodeRlp(ommer)),
    ...(withdrawals === undefined
      ? {}
      : { withdrawals: stored.list(withdrawals).map(toWithdrawal) }),
  }
}

/** Where a transaction is, by its hash or that of its encoding. */
export function findTransaction(
  reader: Reader,
  hash: Uint8Array,
): { readonly number: bigint; readonly index: number } | undefined {
  const place = reader.get(keys.transaction(hash)) ?? reader.get(keys.wire(hash))
  if (place === undefined) return undefined
  return { number: height.decode(place), index: Number(toBigInt(place.subarray(8))) }
}

export function numberOf(reader: Reader, hash: Uint8Array): bigint | undefined {
  const value = reader.get(keys.byHash(hash))
  return value === undefined ? undefined : height.decode(value)
}

function toWithdrawal(item: Rlp): NonNullable<BlockView['withdrawals']>[number] {
  const [index, validatorIndex, address, amount] = stored.list(item)
  return {
    index: toBigInt(stored.bytes(index)),
    validatorIndex: toBigInt(stored.bytes(validatorIndex)),
    address: stored.bytes(address),
    amount: toBigInt(stored.bytes(amount)),
  }
}
