/** Takes back the newest blocks, for development: a chain with a committee never does. */
import { equal } from '#base'
import { keccak256 } from '#crypto'
import type { Change, Reader, Store } from '#storage'

import { height, keys, put } from '../block/layout.ts'
import { readBlock, readHeader, readHeadNumber } from '../block/sealed.ts'
import { corrupt } from '../block/stored.ts'
import type { Header } from '../port.ts'
import { checkRetained, unwind } from '../state/index.ts'
import { outcomeOfHead } from './outcome.ts'

/**
 * Makes block `number` the head again. A commit goes whole in one batch, and its head with it: a
 * crash half way leaves a chain that ends between two commits. Throws `STATE_PRUNED`.
 */
export async function rewind(store: Store, number: bigint): Promise<void> {
  checkRetained(store, number)
  let head = readHeadNumber(store)
  while (head > number) {
    const changes: Change[] = []
    const digest = headerOf(store, head).parentBeaconBlockRoot
    do {
      changes.push(...(await unwind(store, head)), ...blockRemoval(store, head))
      head--
    } while (head > number && isOf(headerOf(store, head), digest))
    changes.push(put(keys.meta('head'), height.encode(head)), outcomeOfHead(headerOf(store, head)))
    await store.write(changes, { sync: head === number })
  }
}

function headerOf(reader: Reader, number: bigint): Header {
  const record = readHeader(reader, number)
  if (record === undefined) throw corrupt('block')
  return record.header
}

function isOf({ parentBeaconBlockRoot: found }: Header, digest: Uint8Array | undefined): boolean {
  return found !== undefined && digest !== undefined && equal(found, digest)
}

function blockRemoval(reader: Reader, number: bigint): Change[] {
  const block = readBlock(reader, number)
  if (block === undefined) throw corrupt('block')
  return [
    keys.header(number),
    keys.body(number),
    keys.receipts(number),
    keys.byHash(block.hash),
    ...block.transactions.flatMap(({ hash, wire }) => [
      keys.transaction(hash),
      keys.wire(keccak256(wire)),
    ]),
  ].map((key) => ({ type: 'del', key }))
}
