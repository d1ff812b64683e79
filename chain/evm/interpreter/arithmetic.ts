import type { Frame, Operation } from './frame.ts'
import { maxWord, wordBits } from './word.ts'

type Unary = (a: bigint) => bigint
type Binary = (a: bigint, b: bigint) => bigint

/** `a` is the top of the stack. */
function unary(compute: Unary): Operation {
  return ({ stack, height }) => {
    stack[height - 1] = compute(stack[height - 1] as bigint)
  }
}

function binary(compute: Binary): Operation {
  return (frame) => {
    const { stack } = frame
    const top = --frame.height
    stack[top - 1] = compute(stack[top] as bigint, stack[top - 1] as bigint)
  }
}

function ternary(compute: (a: bigint, b: bigint, c: bigint) => bigint): Operation {
  return (frame) => {
    const { stack } = frame
    const top = (frame.height -= 2)
    stack[top - 1] = compute(
      stack[top + 1] as bigint,
      stack[top] as bigint,
      stack[top - 1] as bigint,
    )
  }
}

const unsigned = (value: bigint): bigint => BigInt.asUintN(256, value)
const signed = (value: bigint): bigint => BigInt.asIntN(256, value)
const flag = (holds: boolean): bigint => (holds ? 1n : 0n)

function signExtend(byte: bigint, value: bigint): bigint {
  if (byte >= 31n) return value
  return unsigned(BigInt.asIntN(8 * Number(byte) + 8, value))
}

function byteAt(position: bigint, word: bigint): bigint {
  return position >= 32n ? 0n : (word >> (248n - 8n * position)) & 0xffn
}

function shiftRightSigned(shift: bigint, value: bigint): bigint {
  const number = signed(value)
  if (shift >= wordBits) return number < 0n ? maxWord : 0n
  return unsigned(number >> shift)
}

function leadingZeros(value: bigint): bigint {
  return value === 0n ? wordBits : BigInt(256 - value.toString(2).length)
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let [rest, factor] = [exponent, base]; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = unsigned(result * factor)
    factor = unsigned(factor * factor)
  }
  return result
}

function exponentiate(frame: Frame): void {
  const exponent = frame.stack[frame.height - 2] as bigint
  const bytes = exponent === 0n ? 0 : Math.ceil(exponent.toString(16).length / 2)
  frame.charge(bytes * frame.schedule.prices.expByte)
  raise(frame)
}
const raise = binary(power)

/** 0x01-0x1e. @see Ethereum Yellow Paper, appendix H.2 */
export const arithmetic: Readonly<Record<number, Operation>> = {
  0x01: binary((a, b) => unsigned(a + b)),
  0x02: binary((a, b) => unsigned(a * b)),
  0x03: binary((a, b) => unsigned(a - b)),
  0x04: binary((a, b) => (b === 0n ? 0n : a / b)),
  0x05: binary((a, b) => (b === 0n ? 0n : unsigned(signed(a) / signed(b)))),
  0x06: binary((a, b) => (b === 0n ? 0n : a % b)),
  0x07: binary((a, b) => (b === 0n ? 0n : unsigned(signed(a) % signed(b)))),
  0x08: ternary((a, b, n) => (n === 0n ? 0n : (a + b) % n)),
  0x09: ternary((a, b, n) => (n === 0n ? 0n : (a * b) % n)),
  0x0a: exponentiate,
  0x0b: binary(signExtend),
  0x10: binary((a, b) => flag(a < b)),
  0x11: binary((a, b) => flag(a > b)),
  0x12: binary((a, b) => flag(signed(a) < signed(b))),
  0x13: binary((a, b) => flag(signed(a) > signed(b))),
  0x14: binary((a, b) => flag(a === b)),
  0x15: unary((a) => flag(a === 0n)),
  0x16: binary((a, b) => a & b),
  0x17: binary((a, b) => a | b),
  0x18: binary((a, b) => a ^ b),
  0x19: unary((a) => maxWord - a),
  0x1a: binary(byteAt),
  0x1b: binary((shift, value) => (shift >= wordBits ? 0n : unsigned(value << shift))),
  0x1c: binary((shift, value) => (shift >= wordBits ? 0n : value >> shift)),
  0x1d: binary(shiftRightSigned),
  0x1e: unary(leadingZeros),
}
