import type { Message } from '@ethereumjs/evm'

/** What an observer of running code is told. Nothing that it does changes what the code comes to. */
import type { LogEntry } from '../port.ts'

/** The instruction that began a frame; CALL or CREATE for a transaction's own. */
export type FrameKind =
  | 'CALL'
  | 'CALLCODE'
  | 'DELEGATECALL'
  | 'STATICCALL'
  | 'CREATE'
  | 'CREATE2'
  | 'SELFDESTRUCT'

/** Bytes here are views: whoever keeps them copies them. */
export interface FrameStart {
  readonly kind: FrameKind
  /** 0 for a transaction's own. */
  readonly depth: number
  /** 20 bytes: whose instruction it was. */
  readonly from: Uint8Array
  /** 20 bytes: whose code runs, or who is paid; a creation tells at its end. */
  readonly to: Uint8Array | undefined
  readonly input: Uint8Array
  readonly gas: bigint
  /** Wei; of a DELEGATECALL what its caller was given, undefined for a STATICCALL. */
  readonly value: bigint | undefined
}

export interface FrameEnd {
  readonly gasUsed: bigint
  /** Code, for a creation that succeeded; what it gave with it, for a frame that reverted. */
  readonly output: Uint8Array
  /** The account that a creation was about. */
  readonly created: Uint8Array | undefined
  /** Absent when the frame succeeded; `execution reverted`, or why it halted. */
  readonly failure: string | undefined
}

/** One operation, as it found its frame. */
export interface Step {
  readonly pc: number
  readonly op: number
  /** Before it. */
  readonly gas: bigint
  /** What it charges, the gas that a call hands on included. */
  readonly cost: bigint
  /** 1 for a transaction's own frame. */
  readonly depth: number
  /** 20 bytes: whose storage it is. */
  readonly address: Uint8Array
  /** Bottom first; empty unless asked for. */
  readonly stack: readonly bigint[]
  /** Empty unless asked for. */
  readonly memory: Uint8Array
  /** Of the last call. */
  readonly returnData: Uint8Array
  readonly refund: bigint
  /** The slot that SLOAD or SSTORE names, with what it holds after. */
  readonly storage: { readonly slot: bigint; readonly value: bigint } | undefined
  /** Why it could not be paid for, or had too little on the stack. */
  readonly failure: string | undefined
}

/** Costs time with every operation: absent unless somebody looks at them. */
export interface StepTracer {
  readonly wantsStack: boolean
  readonly wantsMemory: boolean
  step(step: Step): void
}

/**
 * Frames are told in the order in which they begin and end, precompiles and plugins among them. A
 * SELFDESTRUCT is a frame that moves what it moves, and so is a payment by a plugin. What a tracer
 * throws ends the run.
 */
export interface Tracer {
  readonly steps?: StepTracer
  enter?(start: FrameStart): void
  exit?(end: FrameEnd): void
  /** Of the frame under way; one that fails takes its logs back. */
  log?(log: LogEntry): void
}

/** How a message begins a frame. */
export function startOf(message: Message, kind: FrameKind): FrameStart {
  const { caller, depth, data, gasLimit, value } = message
  const borrows = kind === 'DELEGATECALL' || kind === 'CALLCODE'
  return {
    kind,
    depth,
    // What a DELEGATECALL hands on is its caller's caller; the instruction was the account's.
    from: kind === 'DELEGATECALL' && message.to !== undefined ? message.to.bytes : caller.bytes,
    to: (borrows ? message.codeAddress : message.to)?.bytes,
    input: data,
    gas: gasLimit,
    value: kind === 'STATICCALL' ? undefined : value,
  }
}

const nothing = new Uint8Array(0)

/** A frame in which no code runs. */
export function pass(
  tracer: Tracer | undefined,
  start: Omit<FrameStart, 'input' | 'gas'> & Partial<FrameStart>,
  failure?: string,
): void {
  if (tracer === undefined) return
  tracer.enter?.({ input: nothing, gas: 0n, ...start })
  tracer.exit?.({ gasUsed: 0n, output: nothing, created: undefined, failure })
}
