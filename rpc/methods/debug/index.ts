import type { Method } from '../../method.ts'
import { getBadBlocks } from './get-bad-blocks.ts'
import { getRawBlock } from './get-raw-block.ts'
import { getRawHeader } from './get-raw-header.ts'
import { getRawReceipts } from './get-raw-receipts.ts'
import { getRawTransaction } from './get-raw-transaction.ts'
import { storageRangeAt } from './storage-range-at.ts'
import { traceBlockByHash } from './trace-block-by-hash.ts'
import { traceBlockByNumber } from './trace-block-by-number.ts'
import { traceCall } from './trace-call.ts'
import { traceTransaction } from './trace-transaction.ts'

export const debug: readonly Method[] = [
  getBadBlocks,
  getRawBlock,
  getRawHeader,
  getRawReceipts,
  getRawTransaction,
  storageRangeAt,
  traceBlockByHash,
  traceBlockByNumber,
  traceCall,
  traceTransaction,
]
