import type { Reads } from '../port.ts'
import { block, header, transaction } from './blocks.ts'
import { call, estimateGas } from './call.ts'
import type { ReadContext } from './context.ts'
import { feeHistory } from './fee-history.ts'
import { logs } from './logs.ts'
import { balance, code, nonce, proof, storage } from './state.ts'

export { interruptedBy, type ReadContext, uninterrupted } from './context.ts'

/** Every read, over a snapshot. */
export const reads = {
  balance,
  block,
  call,
  code,
  estimateGas,
  feeHistory,
  header,
  logs,
  nonce,
  proof,
  storage,
  transaction,
} satisfies {
  [Name in keyof Reads]: (
    context: ReadContext,
    ...parameters: Parameters<Reads[Name]>
  ) => ReturnType<Reads[Name]> | Promise<Awaited<ReturnType<Reads[Name]>>>
}
