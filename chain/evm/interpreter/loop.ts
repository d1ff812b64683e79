/** The synchronous heart: runs a frame up to the next operation that needs another frame. */
import { arithmetic } from './arithmetic.ts'
import { environment } from './environment.ts'
import type { Frame, Operation } from './frame.ts'
import { halt } from './halt.ts'
import { memoryAndFlow } from './memory-and-flow.ts'
import { storage } from './storage.ts'

export const operations: readonly (Operation | undefined)[] = Array.from(
  { length: 256 },
  (_, op) => arithmetic[op] ?? environment[op] ?? memoryAndFlow[op] ?? storage[op],
)

/** Running off the end of code is STOP. */
export const stop = 0x00

/**
 * Returns the operation to be carried out by the caller, its base price paid and its operands still
 * on the stack. Throws EVMError when the frame halts, and Suspend when state must be awaited: `pc`
 * and `gas` are then those before the operation.
 */
export function advance(frame: Frame): number {
  const { code } = frame
  const { fees, needs, room } = frame.schedule
  const end = code.length
  while (frame.pc < end) {
    const op = code[frame.pc] as number
    const { height, gas } = frame
    if (height < (needs[op] as number)) {
      halt((needs[op] as number) > 1024 ? 'INVALID_OPCODE' : 'STACK_UNDERFLOW')
    }
    if (height > (room[op] as number)) halt('STACK_OVERFLOW')
    frame.gas = gas - (fees[op] as number)
    if (frame.gas < 0) frame.refill()
    frame.pc++
    const operation = operations[op]
    if (operation === undefined) return op
    operation(frame)
  }
  return stop
}

/** Puts a frame back to where the operation began that threw Suspend. */
export function rewind(frame: Frame): void {
  frame.pc--
  frame.gas += frame.schedule.fees[frame.code[frame.pc] ?? 0] ?? 0
}
