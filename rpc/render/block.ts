import { hex } from '#base'
import type { BlockView } from '#chain'
import { keccak256 } from '#crypto'

import { quantity } from './quantity.ts'

/** With the hashes of its transactions. No totalDifficulty: it left Ethereum's document, and clients take its absence. */
export function renderBlock(block: BlockView) {
  const { header, transactions } = block
  return {
    hash: hex(block.hash),
    parentHash: hex(header.parentHash),
    sha3Uncles: hex(header.ommersHash),
    miner: hex(header.beneficiary),
    stateRoot: hex(header.stateRoot),
    transactionsRoot: hex(header.transactionsRoot),
    receiptsRoot: hex(header.receiptsRoot),
    logsBloom: hex(header.logsBloom),
    difficulty: quantity(header.difficulty),
    number: quantity(header.number),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    extraData: hex(header.extraData),
    mixHash: hex(header.prevRandao),
    nonce: hex(header.nonce),
    size: quantity(block.size),
    transactions: transactions.map(({ hash }) => hex(hash)),
    uncles: block.ommers.map((ommer) => hex(keccak256(ommer))),
    ...laterFields(block),
  }
}

/** Fields that forks brought, each absent before its own. */
function laterFields({ header, withdrawals }: BlockView) {
  return {
    ...(header.baseFeePerGas === undefined
      ? {}
      : { baseFeePerGas: quantity(header.baseFeePerGas) }),
    ...(header.withdrawalsRoot === undefined
      ? {}
      : { withdrawalsRoot: hex(header.withdrawalsRoot) }),
    ...(withdrawals === undefined
      ? {}
      : {
          withdrawals: withdrawals.map((withdrawal) => ({
            index: quantity(withdrawal.index),
            validatorIndex: quantity(withdrawal.validatorIndex),
            address: hex(withdrawal.address),
            amount: quantity(withdrawal.amount),
          })),
        }),
    ...(header.blobGasUsed === undefined ? {} : { blobGasUsed: quantity(header.blobGasUsed) }),
    ...(header.excessBlobGas === undefined
      ? {}
      : { excessBlobGas: quantity(header.excessBlobGas) }),
    ...(header.parentBeaconBlockRoot === undefined
      ? {}
      : { parentBeaconBlockRoot: hex(header.parentBeaconBlockRoot) }),
    ...(header.requestsHash === undefined ? {} : { requestsHash: hex(header.requestsHash) }),
  }
}
