/** Tracing for the forks that stock code runs, which only tests do: from the events that it emits. */
import type { Common } from '@ethereumjs/common'
import type { EVM, EVMResult, InterpreterStep } from '@ethereumjs/evm'

import { fixed } from '#base'

import { opcodeName } from './opcode-names.ts'
import { type FrameKind, pass, type Step, type Tracer } from './tracer.ts'

const starting: Readonly<Record<number, FrameKind>> = {
  0xf0: 'CREATE',
  0xf1: 'CALL',
  0xf2: 'CALLCODE',
  0xf4: 'DELEGATECALL',
  0xf5: 'CREATE2',
  0xfa: 'STATICCALL',
}

const ending: ReadonlySet<string> = new Set(['STOP', 'RETURN', 'SELFDESTRUCT'])
type RunState = NonNullable<EVMResult['execResult']['runState']>

const nothing = new Uint8Array(0)
const none: readonly bigint[] = []

export class StockSteps {
  /** The instruction that begins the next frame. */
  kind: FrameKind = 'CALL'
  readonly #events: EVM['events']
  readonly #rules: Common
  /** What the last call of each frame under way gave back. */
  #returned: Uint8Array[] = []
  /** The last operation of each frame under way. */
  readonly #last: InterpreterStep[] = []
  /** An SLOAD: what it loaded is on the stack of the next step. */
  #loading: Step | undefined

  constructor(events: EVM['events'], rules: Common) {
    this.#events = events
    this.#rules = rules
  }

  /** @returns How to end it. */
  listen(tracer: Tracer): () => void {
    this.#returned = []
    const listener = (event: InterpreterStep): void => this.#take(tracer, event)
    this.#events.on('step', listener)
    return () => {
      this.#events.off('step', listener)
    }
  }

  /** A frame ended. */
  left(tracer: Tracer, depth: number, { execResult, createdAddress }: EVMResult): void {
    const { exceptionError, returnValue, runState } = execResult
    this.#flush(tracer, runState?.stack.getStack().at(-1))
    if (runState !== undefined && exceptionError === undefined) this.#stop(tracer, depth, runState)
    this.#returned.length = depth + 1
    this.#last.length = depth
    if (depth === 0) return
    const isAnswer =
      exceptionError === undefined
        ? createdAddress === undefined
        : exceptionError.error === 'revert'
    this.#returned[depth - 1] = isAnswer ? returnValue : nothing
  }

  #take(tracer: Tracer, event: InterpreterStep): void {
    const { opcode, stack } = event
    this.#flush(tracer, stack.at(-1))
    this.kind = starting[opcode.code] ?? this.kind
    this.#last[event.depth] = event
    const cost = (opcode.dynamicFee ?? BigInt(opcode.fee)) + this.#handedOn(event)
    const step = this.#stepOf(tracer, event, cost)
    if (opcodeName(opcode.code) === 'SLOAD') this.#loading = step
    else tracer.steps?.step(step)
    if (cost <= event.gasLeft) tellEffects(tracer, event)
  }

  /** Running off the end of code is a STOP that stock code does not tell. */
  #stop({ steps }: Tracer, depth: number, run: RunState): void {
    const last = this.#last[depth]
    if (last === undefined || run.programCounter < run.code.length) return
    if (ending.has(opcodeName(last.opcode.code))) return
    const memory = run.memory.read(0, 32 * Number(run.memoryWordCount))
    steps?.step({
      pc: run.programCounter,
      op: 0,
      gas: run.gasLeft,
      cost: 0n,
      depth: depth + 1,
      address: last.address.bytes,
      stack: steps.wantsStack ? run.stack.getStack() : none,
      memory: steps.wantsMemory ? memory : nothing,
      returnData: this.#returned[depth] ?? nothing,
      refund: run.gasRefund,
      storage: undefined,
      failure: undefined,
    })
  }

  #flush(tracer: Tracer, loaded: bigint | undefined): void {
    const step = this.#loading
    if (step === undefined) return
    this.#loading = undefined
    const slot = step.storage?.slot
    const storage = slot === undefined || loaded === undefined ? undefined : { slot, value: loaded }
    tracer.steps?.step({ ...step, storage })
  }

  #stepOf({ steps }: Tracer, event: InterpreterStep, cost: bigint): Step {
    const { opcode, stack, gasLeft, depth } = event
    const name = opcodeName(opcode.code)
    const slot = stack.at(-1)
    const failure = cost > gasLeft ? 'out of gas' : undefined
    const touches = (name === 'SLOAD' || name === 'SSTORE') && failure === undefined
    return {
      pc: event.pc,
      op: opcode.code,
      gas: gasLeft,
      cost,
      depth: depth + 1,
      address: event.address.bytes,
      stack: steps?.wantsStack === true ? stack : none,
      memory: steps?.wantsMemory === true ? event.memory : nothing,
      returnData: this.#returned[depth] ?? nothing,
      refund: event.gasRefund,
      storage: touches && slot !== undefined ? { slot, value: stack.at(-2) ?? 0n } : undefined,
      failure,
    }
  }

  /** @see EIP-150 */
  #handedOn({ opcode, stack, gasLeft }: InterpreterStep): bigint {
    const kind = starting[opcode.code]
    if (kind === undefined || kind.startsWith('CREATE')) return 0n
    const wanted = stack.at(-1) ?? 0n
    const left = gasLeft - (opcode.dynamicFee ?? BigInt(opcode.fee))
    const most = left - left / 64n
    return this.#rules.gteHardfork('tangerineWhistle') && most < wanted ? most : wanted
  }
}

function tellEffects(
  tracer: Tracer,
  { opcode, stack, memory, address, account, depth }: InterpreterStep,
): void {
  const name = opcodeName(opcode.code)
  if (name === 'SELFDESTRUCT') {
    const to = fixed((stack.at(-1) ?? 0n) & (2n ** 160n - 1n), 20)
    const value = account.balance
    pass(tracer, { kind: 'SELFDESTRUCT', depth: depth + 1, from: address.bytes, to, value })
  }
  if (!name.startsWith('LOG')) return
  const [at, length] = [Number(stack.at(-1) ?? 0n), Number(stack.at(-2) ?? 0n)]
  const data = new Uint8Array(length)
  data.set(memory.subarray(at, at + length))
  const end = stack.length - 2
  const topics = stack.slice(end - (opcode.code - 0xa0), end).map((topic) => fixed(topic, 32))
  tracer.log?.({ address: address.bytes, topics: topics.toReversed(), data })
}
