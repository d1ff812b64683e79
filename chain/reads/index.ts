import type { Reads } from '../port.ts'
import { accessList } from './access-list.ts'
import { block, counts, header, transaction } from './blocks.ts'
import { call, estimateGas } from './call.ts'
import type { ReadContext } from './context.ts'
import { feeHistory } from './fee-history.ts'
import { logs } from './logs.ts'
import { rawBlock, rawHeader, rawReceipts } from './raw.ts'
import { rules } from './rules.ts'
import { creatorOf, transactionByNonce } from './search/first-block.ts'
import { transactionsOf } from './search/transactions-of.ts'
import { simulate } from './simulate/index.ts'
import { balance, code, nonce, oldestState, proof, storage, storageValues } from './state.ts'
import { storageRange } from './storage-range.ts'
import { traceCall } from './trace/call.ts'
import { frames } from './trace/frames.ts'
import { traceBlock, traceTransaction } from './trace/transactions.ts'

export { interruptedBy, type ReadContext, uninterrupted } from './context.ts'
export { type CallContext, HeadExecutions } from './head-executions.ts'

/** Every read, over a snapshot. */
export const reads = {
  accessList,
  oldestState,
  rules,
  storageValues,
  balance,
  block,
  call,
  code,
  counts,
  creatorOf,
  estimateGas,
  feeHistory,
  frames,
  header,
  logs,
  nonce,
  proof,
  rawBlock,
  rawHeader,
  rawReceipts,
  simulate,
  storage,
  storageRange,
  traceBlock,
  traceCall,
  traceTransaction,
  transaction,
  transactionByNonce,
  transactionsOf,
} satisfies {
  [Name in keyof Reads]: (
    context: ReadContext,
    ...parameters: Parameters<Reads[Name]>
  ) => ReturnType<Reads[Name]> | Promise<Awaited<ReturnType<Reads[Name]>>>
}
