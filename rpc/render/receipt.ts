import { hex } from '#base'
import type { Head, PlacedTransaction } from '#chain'

import type { View } from '../view.ts'
import { renderLog } from './log.ts'
import { quantity } from './quantity.ts'

export function renderReceipt(
  view: View,
  block: Head,
  { hash, index, receipt, firstLog }: PlacedTransaction,
) {
  const place = {
    blockHash: hex(block.hash),
    blockNumber: quantity(block.header.number),
    blockTimestamp: quantity(block.header.timestamp),
    transactionHash: hex(hash),
    transactionIndex: quantity(index),
  }
  return {
    blockHash: place.blockHash,
    blockNumber: place.blockNumber,
    contractAddress: receipt.contractAddress === undefined ? null : hex(receipt.contractAddress),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    from: hex(receipt.sender),
    gasUsed: quantity(receipt.gasUsed),
    logs: receipt.logs.map((log, position) => renderLog(log, place, firstLog + position)),
    logsBloom: hex(receipt.logsBloom),
    to: receipt.to === undefined ? null : hex(receipt.to),
    transactionHash: place.transactionHash,
    transactionIndex: place.transactionIndex,
    type: quantity(view.receiptType(receipt.type)),
    ...(receipt.status === undefined ? {} : { status: quantity(receipt.status) }),
    ...(receipt.root === undefined ? {} : { root: hex(receipt.root) }),
    ...(receipt.blobGasUsed === undefined ? {} : { blobGasUsed: quantity(receipt.blobGasUsed) }),
    ...(receipt.blobGasPrice === undefined ? {} : { blobGasPrice: quantity(receipt.blobGasPrice) }),
  }
}
