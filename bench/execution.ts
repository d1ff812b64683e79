/**
 * Execution against @ethereumjs/vm as shipped: the same blocks, the same state roots, in turns.
 *
 * Two ratios are printed, because they answer different questions: with senders recovered, both
 * sides start from the wire bytes; with senders known, decoding and recovery were done before the
 * clock started. Times are CPU time of the whole process.
 */
import { equal, fixed, hex } from '#base'

import { stockChain } from './execution/stock.ts'
import { ourChain } from './execution/ours.ts'
import { type Workload, erc20Transfers, loops, transfers } from './execution/workload.ts'
