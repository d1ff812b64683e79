/** 0x30-0x4a: what a frame can know of its call, its block and other accounts. */
import { account, codeOf, warmAccount } from './accounts.ts'
import type { Frame, Operation } from './frame.ts'
import { halt } from './halt.ts'
import { addressOf, wordOf } from './word.ts'

const push =
  (value: (frame: Frame) => bigint): Operation =>
  (frame) => {
    frame.push(value(frame))
  }

function loadCallData(frame: Frame): void {
  const { data } = frame.message
  const offset = frame.pop()
  if (offset >= BigInt(data.length)) return frame.push(0n)
  const word = data.subarray(Number(offset), Number(offset) + 32)
  frame.push(wordOf(word) << BigInt(8 * (32 - word.length)))
}

/** Copies from `source` to memory, zeros beyond its end: destination, offset, length on the stack. */
function copyFrom(frame: Frame, source: Uint8Array): void {
  const [to, from, length] = [frame.pop(), frame.pop(), frame.pop()]
  frame.chargeWords(length, frame.schedule.prices.copyWord)
  const at = frame.reserve(to, length)
  if (length === 0n) return
  const start = from > BigInt(source.length) ? source.length : Number(from)
  frame.memory.setFrom(at, source, start, Number(length))
}

function copyReturnData(frame: Frame): void {
  if (frame.peek(1) + frame.peek(2) > BigInt(frame.returnData.length)) halt('OUT_OF_RANGE')
  copyFrom(frame, frame.returnData)
}

function balance(frame: Frame): void {
  const address = addressOf(frame.peek(0))
  const found = account(frame, address)
  warmAccount(frame, address)
  frame.pop()
  frame.push(found?.balance ?? 0n)
}

function codeSize(frame: Frame): void {
  const address = addressOf(frame.peek(0))
  const code = codeOf(frame, address)
  warmAccount(frame, address)
  frame.pop()
  frame.push(BigInt(code.length))
}

function copyCode(frame: Frame): void {
  const address = addressOf(frame.peek(0))
  const code = codeOf(frame, address)
  warmAccount(frame, address)
  frame.pop()
  copyFrom(frame, code)
}

function codeHash(frame: Frame): void {
  const address = addressOf(frame.peek(0))
  const found = account(frame, address)
  warmAccount(frame, address)
  frame.pop()
  frame.push(found === undefined || found.isEmpty() ? 0n : wordOf(found.codeHash))
}

function blockHash(frame: Frame): void {
  const number = frame.pop()
  const age = frame.machine.block.header.number - number
  const kept = age > 0n && age <= 256n
  frame.push(kept ? wordOf(frame.machine.blockHash(number)) : 0n)
}

function blobHash(frame: Frame): void {
  const index = frame.pop()
  const hashes = frame.message.blobVersionedHashes ?? []
  frame.push(index < BigInt(hashes.length) ? BigInt(hashes[Number(index)] ?? 0n) : 0n)
}

/** @see Ethereum Yellow Paper, appendix H.2 */
export const environment: Readonly<Record<number, Operation>> = {
  0x30: push(({ address }) => wordOf(address.bytes)),
  0x31: balance,
  0x32: push(({ machine }) => wordOf(machine.origin.bytes)),
  0x33: push(({ message }) => wordOf(message.caller.bytes)),
  0x34: push(({ message }) => message.value),
  0x35: loadCallData,
  0x36: push(({ message }) => BigInt(message.data.length)),
  0x37: (frame) => copyFrom(frame, frame.message.data),
  0x38: push(({ code }) => BigInt(code.length)),
  0x39: (frame) => copyFrom(frame, frame.code),
  0x3a: push(({ machine }) => machine.gasPrice),
  0x3b: codeSize,
  0x3c: copyCode,
  0x3d: push(({ returnData }) => BigInt(returnData.length)),
  0x3e: copyReturnData,
  0x3f: codeHash,
  0x40: blockHash,
  0x41: push(({ machine }) => wordOf(machine.block.header.coinbase.bytes)),
  0x42: push(({ machine }) => machine.block.header.timestamp),
  0x43: push(({ machine }) => machine.block.header.number),
  0x44: push(({ machine }) => wordOf(machine.block.header.prevRandao)),
  0x45: push(({ machine }) => machine.block.header.gasLimit),
  0x46: push(({ machine }) => machine.chainId),
  0x47: push((frame) => account(frame, frame.address.bytes)?.balance ?? 0n),
  0x48: push(({ machine }) => machine.block.header.baseFeePerGas ?? 0n),
  0x49: blobHash,
  0x4a: push(({ machine }) => machine.block.header.getBlobGasPrice() ?? 0n),
}
