import { EVMError } from '@ethereumjs/evm'

import { failureText } from '../failure-text.ts'
import { opcodeName } from '../opcode-names.ts'
import type { Frame } from './frame.ts'

const { INVALID_OPCODE, STACK_OVERFLOW, STACK_UNDERFLOW } = EVMError.errorMessages

/** Why `frame` ended, as tools of Ethereum read it. */
export function haltText(frame: Frame, error: EVMError): string {
  const { code, height, pc, schedule } = frame
  const op = code[pc] ?? 0
  if (error.error === INVALID_OPCODE) return `invalid opcode: ${opcodeName(op)}`
  if (error.error === STACK_UNDERFLOW)
    return `stack underflow (${height} <=> ${schedule.needs[op]})`
  if (error.error === STACK_OVERFLOW) return `stack limit reached ${height} (${schedule.room[op]})`
  return failureText(error)
}
