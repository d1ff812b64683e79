import { z } from 'zod'

import { hex, isFault } from '#base'
import type { BuiltBlock } from '#chain'

import { RpcFault } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { builtBlock } from '../../schema/built-block.ts'
import { address, data, hash, quantity64 } from '../../schema/params.ts'
import { needed } from '../needed.ts'

const withdrawal = z.strictObject({
  index: quantity64,
  validatorIndex: quantity64,
  address,
  amount: quantity64,
})

const refusals = /^(?:TX_|CHAIN_BUILD_REFUSED$)/

const most = limits.builtTransactions.value

/** @see https://ethereum.github.io/execution-apis/ */
export const buildBlockV1 = defineMethod({
  name: 'testing_buildBlockV1',
  summary:
    'Builds a block on a parent and throws it away: of the transactions given, of none, or (null) of the pool. In Pars the parent is the head.',
  params: z.tuple([
    hash,
    z.strictObject({
      timestamp: quantity64,
      prevRandao: hash,
      suggestedFeeRecipient: address,
      withdrawals: z.array(withdrawal).max(limits.builtWithdrawals.value).nullish(),
      parentBeaconBlockRoot: hash,
    }),
    z
      .array(data)
      .max(most, { error: `takes at most ${most} transactions` })
      .nullable(),
    data.nullish(),
  ]),
  paramNames: ['parentBlockHash', 'payloadAttributes', 'transactions', 'extraData'],
  result: builtBlock,
  long: true,
  needs: 'builder',
  async handler([parentHash, attributes, transactions, extraData], { builder }) {
    try {
      return rendered(
        await needed(builder).build({
          parentHash,
          timestamp: attributes.timestamp,
          prevRandao: attributes.prevRandao,
          feeRecipient: attributes.suggestedFeeRecipient,
          withdrawals: attributes.withdrawals ?? [],
          parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
          transactions: transactions ?? undefined,
          extraData: extraData ?? undefined,
        }),
      )
    } catch (error) {
      if (!isFault(error) || !refusals.test(error.code)) throw error
      throw new RpcFault({ code: 'RPC_BUILD_REFUSED' }, error.message)
    }
  },
})

function rendered({ hash: blockHash, header, ...built }: BuiltBlock): z.output<typeof builtBlock> {
  const { commitments = [], proofs = [], blobs = [] } = built.blobs ?? {}
  return {
    executionPayload: {
      parentHash: hex(header.parentHash),
      feeRecipient: hex(header.beneficiary),
      stateRoot: hex(header.stateRoot),
      receiptsRoot: hex(header.receiptsRoot),
      logsBloom: hex(header.logsBloom),
      prevRandao: hex(header.prevRandao),
      blockNumber: quantity(header.number),
      gasLimit: quantity(header.gasLimit),
      gasUsed: quantity(header.gasUsed),
      timestamp: quantity(header.timestamp),
      extraData: hex(header.extraData),
      baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
      blockHash: hex(blockHash),
      transactions: built.transactions.map((wire) => hex(wire)),
      withdrawals: built.withdrawals.map((one) => ({
        index: quantity(one.index),
        validatorIndex: quantity(one.validatorIndex),
        address: hex(one.address),
        amount: quantity(one.amount),
      })),
      blobGasUsed: quantity(header.blobGasUsed ?? 0n),
      excessBlobGas: quantity(header.excessBlobGas ?? 0n),
    },
    blockValue: quantity(built.value),
    blobsBundle: {
      commitments: commitments.map((one) => hex(one)),
      proofs: proofs.map((one) => hex(one)),
      blobs: blobs.map((one) => hex(one)),
    },
    executionRequests: built.requests.map((one) => hex(one)),
    shouldOverrideBuilder: false,
  }
}
