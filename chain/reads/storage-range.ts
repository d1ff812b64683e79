import { Address } from '@ethereumjs/util'

import { compare, padLeft } from '#base'
import { keccak256 } from '#crypto'

import { readBlock } from '../block/sealed.ts'
import type { BlockRef } from '../port.ts'
import { State } from '../state/index.ts'
import type { StorageRange } from '../trace-port.ts'
import { type ReadContext, resolve, stateAt } from './context.ts'
import { limits } from './limits.ts'
import { Replay } from './trace/replay.ts'

/**
 * The storage of an account in the middle of a block, in the order of the slots' hashes. Undefined
 * when there is no such block. Throws `STATE_PRUNED` and `STATE_MANY_SLOTS`.
 *
 * @param index Of the transaction before which it is looked at; after the last if there is none.
 */
export async function storageRange(
  context: ReadContext,
  ref: BlockRef,
  index: number,
  address: Uint8Array,
  start: Uint8Array,
  most: number,
): Promise<StorageRange | undefined> {
  const number = resolve(context, ref)
  const block = number === undefined ? undefined : readBlock(context.reader, number)
  if (number === undefined || block === undefined) return undefined
  let state: State
  if (number === 0n || index >= block.transactions.length) {
    state = new State(stateAt(context, number))
  } else {
    const replay = await Replay.open(context, block)
    await replay.skip(block.transactions.slice(0, index))
    state = replay.execution.state
  }
  const held = await state.slots(new Address(address), limits.storageSlots.value)
  const slots = Array.from(held, ([text, value]) => {
    const slot = Uint8Array.fromHex(text)
    return { hash: keccak256(slot), slot, value: padLeft(value, 32) }
  })
    .filter(({ hash }) => compare(hash, start) >= 0)
    .toSorted((a, b) => compare(a.hash, b.hash))
  const next = slots[most]?.hash
  return { slots: slots.slice(0, most), ...(next === undefined ? {} : { next }) }
}
