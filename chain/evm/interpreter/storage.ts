/** 0x54, 0x55, 0x5c, 0x5d: storage, persistent and transient. */
import { original, slot } from './accounts.ts'
import type { Frame, Operation } from './frame.ts'
import { halt } from './halt.ts'
import { bytesOf, trimmedOf, wordOf } from './word.ts'

function load(frame: Frame): void {
  const key = bytesOf(frame.peek(0))
  const value = slot(frame, key)
  const { prices } = frame.schedule
  const cold = frame.machine.journal.warmSlot(frame.address.bytes, key)
  frame.charge(cold ? prices.coldSlot : prices.warm)
  frame.stack[frame.height - 1] = wordOf(value)
}

/** @see EIP-2200, EIP-2929, EIP-3529 */
function store(frame: Frame): void {
  frame.requireMutable()
  const { prices } = frame.schedule
  const { journal, state } = frame.machine
  if (frame.gasLeft <= BigInt(prices.slotSentry)) halt('OUT_OF_GAS')
  const key = bytesOf(frame.peek(0))
  const value = frame.peek(1)
  const before = { current: wordOf(slot(frame, key)), original: wordOf(original(frame, key)) }
  frame.height -= 2
  if (journal.warmSlot(frame.address.bytes, key)) frame.charge(prices.coldSlot)
  frame.charge(writePrice(frame, before, value))
  // Read above, so it is there to be overwritten.
  state.putStorageNow(frame.address, key, trimmedOf(value))
}

interface Before {
  readonly current: bigint
  /** At the start of the transaction. */
  readonly original: bigint
}

function writePrice(frame: Frame, { current, original: first }: Before, value: bigint): number {
  const { prices } = frame.schedule
  if (current === value) return prices.warm
  if (first === current) {
    if (first === 0n) return prices.slotInit
    if (value === 0n) frame.refund += BigInt(prices.slotClearRefund)
    return prices.slotReset
  }
  if (first !== 0n) {
    if (current === 0n) frame.refund -= BigInt(prices.slotClearRefund)
    else if (value === 0n) frame.refund += BigInt(prices.slotClearRefund)
  }
  if (first === value) {
    frame.refund += BigInt((first === 0n ? prices.slotInit : prices.slotReset) - prices.warm)
  }
  return prices.warm
}

function loadTransient(frame: Frame): void {
  const value = frame.machine.transient.get(frame.address, bytesOf(frame.peek(0)))
  frame.stack[frame.height - 1] = wordOf(value)
}

function storeTransient(frame: Frame): void {
  frame.requireMutable()
  const [key, value] = [frame.pop(), frame.pop()]
  frame.machine.transient.put(frame.address, bytesOf(key), trimmedOf(value))
}

export const storage: Readonly<Record<number, Operation>> = {
  0x54: load,
  0x55: store,
  0x5c: loadTransient,
  0x5d: storeTransient,
}
