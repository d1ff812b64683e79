import { EVMError } from '@ethereumjs/evm'

import type { StepTracer } from '../tracer.ts'
import type { Frame } from './frame.ts'
import { haltText } from './halt-text.ts'

/** What a step shows of its frame from before it. */
interface Before {
  readonly pc: number
  readonly op: number
  readonly gas: bigint
  readonly stack: readonly bigint[]
  readonly memory: Uint8Array
  readonly returnData: Uint8Array
  /** What SLOAD and SSTORE name. */
  readonly slot: bigint
  readonly value: bigint
}

const none: readonly bigint[] = []
const nothing = new Uint8Array(0)
const sload = 0x54
const sstore = 0x55

/** Failures that come up before an operation takes effect; all others belong to the frame. */
const onStack: ReadonlySet<string> = new Set([
  EVMError.errorMessages.STACK_UNDERFLOW,
  EVMError.errorMessages.STACK_OVERFLOW,
])
const early: ReadonlySet<string> = new Set([
  ...onStack,
  EVMError.errorMessages.OUT_OF_GAS,
  EVMError.errorMessages.INITCODE_SIZE_VIOLATION,
])

/**
 * Tells each operation of a transaction as it found its frame, once its price is known: after it
 * ran, or, where it runs another frame, before that. One is under way at a time.
 */
export class StepRecorder {
  readonly #tracer: StepTracer
  #before: Before | undefined

  constructor(tracer: StepTracer) {
    this.#tracer = tracer
  }

  begin(frame: Frame, op: number): void {
    const { wantsStack, wantsMemory } = this.#tracer
    const { height, memory, stack } = frame
    const touches = op === sload || op === sstore
    this.#before = {
      pc: frame.pc,
      op,
      gas: frame.gasLeft,
      stack: wantsStack ? stack.slice(0, height) : none,
      memory: wantsMemory ? memory.copy(0, memory.size) : nothing,
      returnData: frame.returnData,
      slot: touches && height > 0 ? frame.peek(0) : 0n,
      value: op === sstore && height > 1 ? frame.peek(1) : 0n,
    }
  }

  /** Everything is paid for. @param handedOn Gas for another frame, not charged yet. */
  end(frame: Frame, handedOn = 0n): void {
    if (this.#before !== undefined) this.#tell(this.#before, frame, handedOn, undefined)
  }

  fail(frame: Frame, error: EVMError): void {
    if (this.#before === undefined) return
    const failure = early.has(error.error) ? haltText(frame, error) : undefined
    // Tools expect the base price of what the stack kept from being paid for.
    const unpaid = onStack.has(error.error) ? (frame.schedule.fees[this.#before.op] ?? 0) : 0
    this.#tell(this.#before, frame, BigInt(unpaid), failure)
  }

  /** It will begin again. */
  drop(): void {
    this.#before = undefined
  }

  #tell(before: Before, frame: Frame, handedOn: bigint, failure: string | undefined): void {
    this.#before = undefined
    const { op, pc, gas, stack, memory, returnData } = before
    this.#tracer.step({
      pc,
      op,
      gas,
      cost: gas - frame.gasLeft + handedOn,
      depth: frame.message.depth + 1,
      address: frame.address.bytes,
      stack,
      memory,
      returnData,
      refund: frame.refund,
      storage: failure === undefined ? storageOf(before, frame) : undefined,
      failure,
    })
  }
}

function storageOf(
  { op, slot, value }: Before,
  frame: Frame,
): { slot: bigint; value: bigint } | undefined {
  if (op === sload) return { slot, value: frame.peek(0) }
  return op === sstore ? { slot, value } : undefined
}
