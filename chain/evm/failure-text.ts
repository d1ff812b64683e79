import { EVMError } from '@ethereumjs/evm'

/** Why frames fail, in the words that tools of Ethereum know. */
const { errorMessages } = EVMError
type Reason = EVMError['error']

export const insufficientBalance = 'insufficient balance for transfer'
export const nonceExhausted = 'nonce uint64 overflow'
export const tooDeep = 'max call depth exceeded'

const words: Partial<Readonly<Record<Reason, string>>> = {
  [errorMessages.REVERT]: 'execution reverted',
  [errorMessages.CODESTORE_OUT_OF_GAS]: 'contract creation code storage out of gas',
  [errorMessages.CODESIZE_EXCEEDS_MAXIMUM]: 'max code size exceeded',
  [errorMessages.STACK_OVERFLOW]: 'stack limit reached 1024',
  [errorMessages.INVALID_JUMP]: 'invalid jump destination',
  [errorMessages.OUT_OF_RANGE]: 'return data out of bounds',
  [errorMessages.STATIC_STATE_CHANGE]: 'write protection',
  [errorMessages.CREATE_COLLISION]: 'contract address collision',
  [errorMessages.INSUFFICIENT_BALANCE]: insufficientBalance,
  [errorMessages.INVALID_BYTECODE_RESULT]: 'invalid code: must not begin with 0xef',
  [errorMessages.INITCODE_SIZE_VIOLATION]: 'max initcode size exceeded',
}

export function failureText({ error }: EVMError): string {
  return words[error] ?? error
}
