import type { Method } from '../../method.ts'
import { accounts } from './accounts.ts'
import { baseFee } from './base-fee.ts'
import { blobBaseFee } from './blob-base-fee.ts'
import { blockNumber } from './block-number.ts'
import { call } from './call.ts'
import { capabilities } from './capabilities.ts'
import { chainId } from './chain-id.ts'
import { coinbase } from './coinbase.ts'
import { config } from './config.ts'
import { createAccessList } from './create-access-list.ts'
import { estimateGas } from './estimate-gas.ts'
import { feeHistory } from './fee-history.ts'
import { fillTransaction } from './fill-transaction.ts'
import { gasPrice } from './gas-price.ts'
import { getBalance } from './get-balance.ts'
import { getBlockByHash } from './get-block-by-hash.ts'
import { getBlockByNumber } from './get-block-by-number.ts'
import { getBlockReceipts } from './get-block-receipts.ts'
import { getBlockTransactionCountByHash } from './get-block-transaction-count-by-hash.ts'
import { getBlockTransactionCountByNumber } from './get-block-transaction-count-by-number.ts'
import { getCode } from './get-code.ts'
import { getFilterChanges } from './get-filter-changes.ts'
import { getFilterLogs } from './get-filter-logs.ts'
import { getLogs } from './get-logs.ts'
import { getProof } from './get-proof.ts'
import { getStorageAt } from './get-storage-at.ts'
import { getStorageValues } from './get-storage-values.ts'
import { getTransactionByBlockHashAndIndex } from './get-transaction-by-block-hash-and-index.ts'
import { getTransactionByBlockNumberAndIndex } from './get-transaction-by-block-number-and-index.ts'
import { getTransactionByHash } from './get-transaction-by-hash.ts'
import { getTransactionCount } from './get-transaction-count.ts'
import { getTransactionReceipt } from './get-transaction-receipt.ts'
import { getUncleCountByBlockHash } from './get-uncle-count-by-block-hash.ts'
import { getUncleCountByBlockNumber } from './get-uncle-count-by-block-number.ts'
import { maxPriorityFeePerGas } from './max-priority-fee-per-gas.ts'
import { newBlockFilter } from './new-block-filter.ts'
import { newFilter } from './new-filter.ts'
import { newPendingTransactionFilter } from './new-pending-transaction-filter.ts'
import { sendRawTransactionSync } from './send-raw-transaction-sync.ts'
import { sendRawTransaction } from './send-raw-transaction.ts'
import { sendTransaction } from './send-transaction.ts'
import { simulateV1 } from './simulate-v1.ts'
import { subscribe } from './subscribe.ts'
import { syncing } from './syncing.ts'
import { uninstallFilter } from './uninstall-filter.ts'
import { unsubscribe } from './unsubscribe.ts'

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
  getFilterChanges,
  getFilterLogs,
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
  newBlockFilter,
  newFilter,
  newPendingTransactionFilter,
  sendRawTransaction,
  sendRawTransactionSync,
  sendTransaction,
  simulateV1,
  subscribe,
  baseFee,
  blobBaseFee,
  capabilities,
  coinbase,
  config,
  createAccessList,
  fillTransaction,
  getStorageValues,
  syncing,
  uninstallFilter,
  unsubscribe,
]
