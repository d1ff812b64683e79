/** What one fork's operations cost and need, as plain numbers. */
import type { Common } from '@ethereumjs/common'
import type { getOpcodesForHF } from '@ethereumjs/evm'

export type OpcodeMap = ReturnType<typeof getOpcodesForHF>['opcodeMap']

interface Prices {
  readonly memoryWord: number
  readonly memoryQuadratic: number
  readonly copyWord: number
  readonly keccakWord: number
  readonly expByte: number
  readonly logTopic: number
  readonly logByte: number
  readonly initCodeWord: number
  readonly coldAccount: number
  readonly coldSlot: number
  readonly warm: number
  readonly slotSentry: number
  readonly slotInit: number
  readonly slotReset: number
  readonly slotClearRefund: number
  readonly callValue: number
  readonly callNewAccount: number
  readonly callStipend: number
  readonly selfdestructRefund: number
  readonly maxInitCode: number
  readonly maxDepth: number
}

export interface Schedule {
  readonly prices: Prices
  /** Base price by opcode. */
  readonly fees: Float64Array
  /** Stack height that an opcode needs; above 1024 for the undefined ones. */
  readonly needs: Uint16Array
  /** Highest stack that an opcode leaves room on. */
  readonly room: Uint16Array
  /** Whether targets of calls may be delegated accounts (EIP-7702). */
  readonly delegations: boolean
}

const stackLimit = 1024
/** No stack is this high: an undefined opcode halts by the check that every opcode passes. */
const unreachable = stackLimit + 1

export function scheduleOf(rules: Common, opcodes: OpcodeMap): Schedule {
  const fees = new Float64Array(256)
  const needs = new Uint16Array(256).fill(unreachable)
  const room = new Uint16Array(256).fill(stackLimit)
  for (let op = 0; op < 256; op++) {
    const info = opcodes[op]?.opcodeInfo
    if (info === undefined || info.isInvalid) continue
    const [takes, gives] = stackEffect(op)
    fees[op] = info.fee
    needs[op] = takes
    room[op] = stackLimit - Math.max(0, gives - takes)
  }
  return { prices: pricesOf(rules), fees, needs, room, delegations: rules.isActivatedEIP(7702) }
}

function pricesOf(rules: Common): Prices {
  const price = (name: string): number => Number(rules.param(name))
  return {
    memoryWord: price('memoryGas'),
    memoryQuadratic: price('quadCoefficientDivGas'),
    copyWord: price('copyGas'),
    keccakWord: price('keccak256WordGas'),
    expByte: price('expByteGas'),
    logTopic: price('logTopicGas'),
    logByte: price('logDataGas'),
    initCodeWord: price('initCodeWordGas'),
    coldAccount: price('coldaccountaccessGas'),
    coldSlot: price('coldsloadGas'),
    warm: price('warmstoragereadGas'),
    slotSentry: price('sstoreSentryEIP2200Gas'),
    slotInit: price('sstoreInitEIP2200Gas'),
    slotReset: price('sstoreCleanEIP2200Gas'),
    slotClearRefund: price('sstoreClearRefundEIP2200Gas'),
    callValue: price('callValueTransferGas'),
    callNewAccount: price('callNewAccountGas'),
    callStipend: price('callStipendGas'),
    selfdestructRefund: price('selfdestructRefundGas'),
    maxInitCode: price('maxInitCodeSize'),
    maxDepth: price('stackLimit'),
  }
}

const effects: Readonly<Record<number, readonly [takes: number, gives: number]>> = {
  0x00: [0, 0],
  0x08: [3, 1],
  0x09: [3, 1],
  0x15: [1, 1],
  0x19: [1, 1],
  0x1e: [1, 1],
  0x30: [0, 1],
  0x31: [1, 1],
  0x32: [0, 1],
  0x33: [0, 1],
  0x34: [0, 1],
  0x35: [1, 1],
  0x36: [0, 1],
  0x37: [3, 0],
  0x38: [0, 1],
  0x39: [3, 0],
  0x3a: [0, 1],
  0x3b: [1, 1],
  0x3c: [4, 0],
  0x3d: [0, 1],
  0x3e: [3, 0],
  0x3f: [1, 1],
  0x40: [1, 1],
  0x49: [1, 1],
  0x50: [1, 0],
  0x51: [1, 1],
  0x52: [2, 0],
  0x53: [2, 0],
  0x54: [1, 1],
  0x55: [2, 0],
  0x56: [1, 0],
  0x57: [2, 0],
  0x5b: [0, 0],
  0x5c: [1, 1],
  0x5d: [2, 0],
  0x5e: [3, 0],
  0xf0: [3, 1],
  0xf1: [7, 1],
  0xf2: [7, 1],
  0xf3: [2, 0],
  0xf4: [6, 1],
  0xf5: [4, 1],
  0xfa: [6, 1],
  0xfd: [2, 0],
  0xff: [1, 0],
}

function stackEffect(op: number): readonly [takes: number, gives: number] {
  const effect = effects[op]
  if (effect !== undefined) return effect
  if (op < 0x30) return [2, 1]
  if (op <= 0x7f) return [0, 1]
  if (op <= 0x8f) return [op - 0x7f, op - 0x7e]
  if (op <= 0x9f) return [op - 0x8e, op - 0x8e]
  return [op - 0xa0 + 2, 0]
}
