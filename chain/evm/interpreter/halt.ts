import { EVMError } from '@ethereumjs/evm'

export type HaltReason = keyof typeof EVMError.errorMessages

/** Ends the frame exceptionally: its state changes are undone and its gas is gone. */
export function halt(reason: HaltReason): never {
  // ethereumjs knows a halt by this class, which is no Error and costs no stack trace.
  // oxlint-disable-next-line typescript/only-throw-error
  throw new EVMError(EVMError.errorMessages[reason])
}
