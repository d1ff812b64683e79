/** What a reverted frame says, in words. @see Solidity ABI, "Error handling" */
import { toBigInt } from '#base'

import { limits } from './limits.ts'

const errorSelector = '08c379a0'
const panicSelector = '4e487b71'

/** Solidity's panic codes. */
const panics: Readonly<Record<string, string>> = {
  '0': 'generic panic',
  '1': 'assert(false)',
  '17': 'arithmetic underflow or overflow',
  '18': 'division or modulo by zero',
  '33': 'value outside of the enum',
  '34': 'storage byte array badly encoded',
  '49': 'pop of an empty array',
  '50': 'index out of bounds',
  '65': 'too much memory',
  '81': 'call of an unset internal function',
}

/** The message of `Error(string)` or `Panic(uint256)`; undefined for any other output. */
export function revertReason(output: Uint8Array): string | undefined {
  const selector = output.subarray(0, 4).toHex()
  const body = output.subarray(4)
  if (selector === panicSelector && body.length >= 32) {
    const code = toBigInt(body.subarray(0, 32))
    return panics[code.toString()] ?? `unknown panic code: 0x${code.toString(16)}`
  }
  return selector === errorSelector ? errorText(body) : undefined
}

function errorText(body: Uint8Array): string | undefined {
  const start = offset(body, 0)
  if (start === undefined) return undefined
  const length = offset(body, start)
  if (length === undefined || start + 32 + length > body.length) return undefined
  const text = body.subarray(start + 32, start + 32 + Math.min(length, limits.revertText.value))
  return new TextDecoder().decode(text)
}

/** The word at `at` as an offset or length inside `body`. */
function offset(body: Uint8Array, at: number): number | undefined {
  if (at + 32 > body.length) return undefined
  const value = toBigInt(body.subarray(at, at + 32))
  return value <= body.length ? Number(value) : undefined
}
