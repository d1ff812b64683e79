import { z } from 'zod'

import { address, data, hash, quantity } from './results.ts'

/** @see https://ethereum.github.io/execution-apis/ */
export const builtBlock = z.strictObject({
  executionPayload: z.strictObject({
    parentHash: hash,
    feeRecipient: address,
    stateRoot: hash,
    receiptsRoot: hash,
    logsBloom: data,
    prevRandao: hash,
    blockNumber: quantity,
    gasLimit: quantity,
    gasUsed: quantity,
    timestamp: quantity,
    extraData: data,
    baseFeePerGas: quantity,
    blockHash: hash,
    transactions: z.array(data),
    withdrawals: z.array(
      z.strictObject({
        index: quantity,
        validatorIndex: quantity,
        address,
        amount: quantity,
      }),
    ),
    blobGasUsed: quantity,
    excessBlobGas: quantity,
  }),
  blockValue: quantity,
  blobsBundle: z.strictObject({
    commitments: z.array(data),
    proofs: z.array(data),
    blobs: z.array(data),
  }),
  executionRequests: z.array(data),
  shouldOverrideBuilder: z.boolean(),
})
