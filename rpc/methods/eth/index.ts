import type { Method } from '../../method.ts'
import { accounts } from './accounts.ts'
import { blockNumber } from './block-number.ts'
import { call } from './call.ts'
import { chainId } from './chain-id.ts'
import { estimateGas } from './estimate-gas.ts'
import { feeHistory } from './fee-history.ts'
import { gasPrice } from './gas-price.ts'
import { getBalance } from './get-balance.ts'
import { getBlockByHash } from './get-block-by-hash.ts'
import { getBlockByNumber } from './get-block-by-number.ts'
import { getBlockReceipts } from './get-block-receipts.ts'
import { getBlockTransactionCountByHash } from './get-block-transaction-count-by-hash.ts'
import { getBlockTransactionCountByNumber } from './get-block-transaction-count-by-number.ts'
import { getCode } from './get-code.ts'
import { getLogs } from './get-logs.ts'
import { getProof } from './get-proof.ts'
import { getStorageAt } from './get-storage-at.ts'
import { getTransactionByBlockHashAndIndex } from './get-transaction-by-block-hash-and-index.ts'
import { getTransactionByBlockNumberAndIndex } from './get-transaction-by-block-number-and-index.ts'
import { getTransactionByHash } from './get-transaction-by-hash.ts'
import { getTransactionCount } from './get-transaction-count.ts'
import { getTransactionReceipt } from './get-transaction-receipt.ts'
import { getUncleCountByBlockHash } from './get-uncle-count-by-block-hash.ts'
import { getUncleCountByBlockNumber } from './get-uncle-count-by-block-number.ts'
import { maxPriorityFeePerGas } from './max-priority-fee-per-gas.ts'
import { sendRawTransaction } from './send-raw-transaction.ts'
import { sendTransaction } from './send-transaction.ts'
import { syncing } from './syncing.ts'

export const eth: readonly Method[] = [
  accounts,
  blockNumber,
  call,
  chainId,
  estimateGas,
  feeHistory,
  gasPrice,
  getBalance,
  getBlockByHash,
  getBlockByNumber,
  getBlockReceipts,
  getBlockTransactionCountByHash,
  getBlockTransactionCountByNumber,
  getCode,
  getLogs,
  getProof,
  getStorageAt,
  getTransactionByBlockHashAndIndex,
  getTransactionByBlockNumberAndIndex,
  getTransactionByHash,
  getTransactionCount,
  getTransactionReceipt,
  getUncleCountByBlockHash,
  getUncleCountByBlockNumber,
  maxPriorityFeePerGas,
  sendRawTransaction,
  sendTransaction,
  syncing,
]
