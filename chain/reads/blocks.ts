import { equal } from '#base'

import { emptyOmmersHash } from '../block/header.ts'
import { findTransaction, readBlock, readHeader } from '../block/sealed.ts'
import type { BlockCounts, BlockRef, BlockView, Head, PlacedTransaction } from '../port.ts'
import { headAt, type ReadContext, resolve } from './context.ts'

export function block(context: ReadContext, ref: BlockRef): BlockView | undefined {
  const number = resolve(context, ref)
  return number === undefined ? undefined : readBlock(context.reader, number)
}

export function header(context: ReadContext, ref: BlockRef): Head | undefined {
  const found = headAt(context, ref)
  return found === undefined ? undefined : { hash: found.hash, header: found.header }
}

/** By the header, and by the body only where it has ommers. */
export function counts(context: ReadContext, ref: BlockRef): BlockCounts | undefined {
  const number = resolve(context, ref)
  const found = number === undefined ? undefined : readHeader(context.reader, number)
  if (found === undefined) return undefined
  const hasOmmers = !equal(found.header.ommersHash, emptyOmmersHash)
  const body = hasOmmers ? readBlock(context.reader, found.header.number) : undefined
  return { transactions: found.hashes.length, ommers: body?.ommers.length ?? 0 }
}

export function transaction(
  context: ReadContext,
  hash: Uint8Array,
): { block: Head; transaction: PlacedTransaction } | undefined {
  const place = findTransaction(context.reader, hash)
  if (place === undefined) return undefined
  const head = readHeader(context.reader, place.number)
  const found = readBlock(context.reader, place.number)?.transactions[place.index]
  if (head === undefined || found === undefined) return undefined
  return { block: { hash: head.hash, header: head.header }, transaction: found }
}
