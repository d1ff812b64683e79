/** 0x20 and 0x50-0xa4 without storage: hashing, memory, jumps, the stack, logs. */
import { keccak256 } from '#crypto'

import { constantAt } from './analysis.ts'
import type { Frame, Operation } from './frame.ts'
import { halt } from './halt.ts'
import { bytesOf, wordOf } from './word.ts'

function hash(frame: Frame): void {
  const [offset, length] = [frame.pop(), frame.pop()]
  frame.chargeWords(length, frame.schedule.prices.keccakWord)
  const at = frame.reserve(offset, length)
  frame.push(wordOf(keccak256(frame.memory.slice(at, Number(length)))))
}

function load(frame: Frame): void {
  const at = frame.reserve(frame.peek(0), 32n)
  frame.stack[frame.height - 1] = frame.memory.word(at)
}

function store(frame: Frame): void {
  const at = frame.reserve(frame.pop(), 32n)
  frame.memory.setWord(at, frame.pop())
}

function storeByte(frame: Frame): void {
  const at = frame.reserve(frame.pop(), 1n)
  frame.memory.setByte(at, Number(frame.pop() & 0xffn))
}

function copy(frame: Frame): void {
  const [to, from, length] = [frame.pop(), frame.pop(), frame.pop()]
  frame.chargeWords(length, frame.schedule.prices.copyWord)
  const end = frame.reserve(to > from ? to : from, length)
  if (length === 0n) return
  const [target, source] = to > from ? [end, Number(from)] : [Number(to), end]
  frame.memory.move(target, source, Number(length))
}

/** No code is this long. */
const maxCode = 1n << 30n

function land(frame: Frame, destination: bigint): void {
  const { destinations } = frame.analysis
  const at = destination < maxCode ? Number(destination) : -1
  if (destinations[at] !== 1) halt('INVALID_JUMP')
  frame.pc = at
}

function jumpIf(frame: Frame): void {
  const destination = frame.pop()
  if (frame.pop() !== 0n) land(frame, destination)
}

function pushConstant(frame: Frame): void {
  const at = frame.pc - 1
  const { constants } = frame.analysis
  const constant = (constants[at] ??= constantAt(frame.code, at))
  frame.push(constant)
  frame.pc += (frame.code[at] ?? 0x60) - 0x5f
}

function duplicate(depth: number): Operation {
  return (frame) => {
    frame.push(frame.peek(depth))
  }
}

function swap(depth: number): Operation {
  return ({ stack, height }) => {
    const top = stack[height - 1] as bigint
    stack[height - 1] = stack[height - 1 - depth] as bigint
    stack[height - 1 - depth] = top
  }
}

function log(topicCount: number): Operation {
  return (frame) => {
    frame.requireMutable()
    const { logTopic, logByte } = frame.schedule.prices
    const [offset, length] = [frame.pop(), frame.pop()]
    const at = frame.reserve(offset, length)
    frame.charge(topicCount * logTopic + Number(length) * logByte)
    const topics = Array.from({ length: topicCount }, () => bytesOf(frame.pop()))
    const data = frame.memory.copy(at, Number(length))
    frame.logs.push([frame.address.bytes, topics, data])
    frame.machine.tracer?.log?.({ address: frame.address.bytes, topics, data })
  }
}

function range(
  first: number,
  count: number,
  at: (index: number) => Operation,
): [number, Operation][] {
  return Array.from({ length: count }, (_, index) => [first + index, at(index)])
}

/** @see Ethereum Yellow Paper, appendix H.2 */
export const memoryAndFlow: Readonly<Record<number, Operation>> = {
  0x20: hash,
  0x50: (frame) => {
    frame.height--
  },
  0x51: load,
  0x52: store,
  0x53: storeByte,
  0x56: (frame) => land(frame, frame.pop()),
  0x57: jumpIf,
  0x58: (frame) => frame.push(BigInt(frame.pc - 1)),
  0x59: (frame) => frame.push(BigInt(frame.memory.size)),
  0x5a: (frame) => frame.push(frame.gasLeft),
  0x5b: () => {},
  0x5e: copy,
  0x5f: (frame) => frame.push(0n),
  ...Object.fromEntries([
    ...range(0x60, 32, () => pushConstant),
    ...range(0x80, 16, duplicate),
    ...range(0x90, 16, (index) => swap(index + 1)),
    ...range(0xa0, 5, log),
  ]),
}
