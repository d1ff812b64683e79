import type { EVM, EVMResult, Log, Message } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'

import type { State } from '../../state/index.ts'
import type { AccessJournal } from '../journal.ts'
import { limits } from '../limits.ts'
import type { FrameKind, Tracer } from '../tracer.ts'
import { type Analysis, analyse, type AnalysisCache } from './analysis.ts'
import { AppendMap, AppendSet } from './append.ts'
import { halt } from './halt.ts'
import { Memory } from './memory.ts'
import type { StepRecorder } from './recorder.ts'
import type { Schedule } from './schedule.ts'

/** Takes its operands from the stack, pays beyond its base price, and leaves its result. */
export type Operation = (frame: Frame) => void

type Block = NonNullable<Parameters<EVM['runCall']>[0]['block']>
export type Hex = `0x${string}`

/** A message with the hash of its code, where that came from the state: none for a creation. */
export interface CodeMessage extends Message {
  codeHash?: Uint8Array
}

/** What the frames of one transaction share. */
export interface Machine {
  readonly schedule: Schedule
  readonly state: State
  readonly journal: AccessJournal
  readonly transient: EVM['transientStorage']
  readonly analyses: AnalysisCache
  readonly chainId: bigint
  readonly block: Block
  readonly gasPrice: bigint
  readonly origin: Address
  /** Of one of the last 256 blocks. */
  readonly blockHash: (number: bigint) => Uint8Array
  readonly run: (message: Message, kind: FrameKind) => Promise<EVMResult>
  readonly tracer: Tracer | undefined
  /** Where `tracer` wants to see operations. */
  readonly recorder: StepRecorder | undefined
  /** Asked at each call, and at least every `limits.interruptGas`; throws to end the run. */
  readonly interrupt: (() => void) | undefined
}

/** Far above what gas can buy and far below what a number can hold. */
const addressable = 1n << 40n
/** Numbers of this size add up exactly. */
const handful = 1n << 50n
/** What a frame takes at once where it may be interrupted: to take more, it has to ask. */
const slice = BigInt(limits.interruptGas.value)
const empty = new Uint8Array(0)

/** One call or creation while its code runs. */
export class Frame {
  readonly machine: Machine
  readonly schedule: Schedule
  readonly message: CodeMessage
  /** Whose storage and balance it is. */
  readonly address: Address
  readonly code: Uint8Array
  readonly stack: bigint[] = []
  height = 0
  pc = 0
  /** Gas at hand: a number, for speed. A call may bring more than a number holds: see `refill`. */
  gas = 0
  refund: bigint
  readonly memory = new Memory()
  /** What the last call or creation gave back. */
  returnData: Uint8Array = empty
  /** What this frame gives back. */
  output: Uint8Array = empty
  readonly logs: Log[] = []
  readonly selfdestruct: AppendMap<Hex, Hex>
  readonly created: AppendSet<Hex>
  /** Gas beyond `gas`; zero in every transaction (EIP-7825) that a block runs. */
  private reserveGas = 0n
  private memoryCost = 0
  private analysed: Analysis | undefined
  private readonly codeHash: Uint8Array | undefined

  constructor(machine: Machine, message: CodeMessage) {
    if (message.to === undefined) throw new TypeError('a frame runs at an address')
    this.machine = machine
    this.schedule = machine.schedule
    this.message = message
    this.address = message.to
    this.code = message.code instanceof Uint8Array ? message.code : empty
    this.codeHash = message.codeHash
    this.gasLeft = message.gasLimit
    this.refund = message.gasRefund ?? 0n
    this.selfdestruct = AppendMap.of(message.selfdestruct)
    this.created = AppendSet.of(message.createdAddresses)
  }

  get analysis(): Analysis {
    this.analysed ??=
      this.codeHash === undefined
        ? analyse(this.code)
        : this.machine.analyses.of(this.codeHash, this.code)
    return this.analysed
  }

  pop(): bigint {
    return this.stack[--this.height] as bigint
  }

  push(word: bigint): void {
    this.stack[this.height++] = word
  }

  /** The word `depth` below the top. */
  peek(depth: number): bigint {
    return this.stack[this.height - 1 - depth] as bigint
  }

  get gasLeft(): bigint {
    return this.reserveGas + BigInt(this.gas)
  }

  set gasLeft(gas: bigint) {
    if (gas < 0n) halt('OUT_OF_GAS')
    const most = this.machine.interrupt === undefined ? handful : slice
    this.gas = gas < most ? Number(gas) : Number(most)
    this.reserveGas = gas - BigInt(this.gas)
  }

  charge(gas: number): void {
    this.gas -= gas
    if (this.gas < 0) this.refill()
  }

  /** Called with less than no gas at hand: takes more, or halts the frame. */
  refill(): void {
    this.machine.interrupt?.()
    this.gasLeft = this.reserveGas + BigInt(this.gas)
  }

  /** Pays for memory up to `offset + length` and makes it there. Returns `offset` as a number. */
  reserve(offset: bigint, length: bigint): number {
    if (length === 0n) return 0
    if (offset >= addressable || length >= addressable) halt('OUT_OF_GAS')
    const start = Number(offset)
    const end = start + Number(length)
    if (end > this.memory.size) this.extend(Math.ceil(end / 32))
    return start
  }

  private extend(words: number): void {
    const { memoryWord, memoryQuadratic } = this.schedule.prices
    const cost = words * memoryWord + Math.floor((words * words) / memoryQuadratic)
    this.charge(cost - this.memoryCost)
    this.memoryCost = cost
    this.memory.grow(32 * words)
  }

  /** Pays for copying `length` bytes, a part of a word counting as one. */
  chargeWords(length: bigint, price: number): void {
    if (length >= addressable) halt('OUT_OF_GAS')
    this.charge(Math.ceil(Number(length) / 32) * price)
  }

  requireMutable(): void {
    if (this.message.isStatic) halt('STATIC_STATE_CHANGE')
  }
}
