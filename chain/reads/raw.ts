/** Blocks as the bytes that they are committed to by. @see execution-apis "debug_getRaw*" */
import { decodeRlp, encodeRlp, rlpList } from '#base'

import { encodeHeader } from '../block/header.ts'
import { keys } from '../block/layout.ts'
import { encodeReceipt, unpackReceipts } from '../block/receipt.ts'
import { readHeader } from '../block/sealed.ts'
import type { BlockRef } from '../port.ts'
import { headAt, type ReadContext, resolve } from './context.ts'

export function rawHeader(context: ReadContext, ref: BlockRef): Uint8Array | undefined {
  const head = headAt(context, ref)
  return head && encodeHeader(head.header)
}

export function rawBlock(context: ReadContext, ref: BlockRef): Uint8Array | undefined {
  const number = resolve(context, ref)
  if (number === undefined) return undefined
  const record = readHeader(context.reader, number)
  const body = context.reader.get(keys.body(number))
  if (record === undefined || body === undefined) return undefined
  const items = decodeRlp(body)
  const members = items instanceof Uint8Array ? [] : items.map((item) => encodeRlp(item))
  return rlpList([encodeHeader(record.header), ...members])
}

export function rawReceipts(
  context: ReadContext,
  ref: BlockRef,
): readonly Uint8Array[] | undefined {
  const number = resolve(context, ref)
  const packed = number === undefined ? undefined : context.reader.get(keys.receipts(number))
  return packed && unpackReceipts(packed).map(encodeReceipt)
}
