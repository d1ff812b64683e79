import type { Method } from '../../method.ts'
import { getApiLevel } from './get-api-level.ts'
import { getBlockDetails, getBlockDetailsByHash } from './get-block-details.ts'
import { getBlockTransactions } from './get-block-transactions.ts'
import { getContractCreator } from './get-contract-creator.ts'
import { getHeaderByNumber } from './get-header-by-number.ts'
import { getInternalOperations } from './get-internal-operations.ts'
import { getTransactionBySenderAndNonce } from './get-transaction-by-sender-and-nonce.ts'
import { getTransactionError } from './get-transaction-error.ts'
import { hasCode } from './has-code.ts'
import { searchTransactionsAfter, searchTransactionsBefore } from './search-transactions.ts'
import { traceTransaction } from './trace-transaction.ts'

export const ots: readonly Method[] = [
  getApiLevel,
  getBlockDetails,
  getBlockDetailsByHash,
  getBlockTransactions,
  getContractCreator,
  getHeaderByNumber,
  getInternalOperations,
  getTransactionBySenderAndNonce,
  getTransactionError,
  hasCode,
  searchTransactionsAfter,
  searchTransactionsBefore,
  traceTransaction,
]
