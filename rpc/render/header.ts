import { hex } from '#base'
import type { Head } from '#chain'

import { quantity } from './quantity.ts'

/** A head as newHeads tells of it: what the header commits to, no bodies. */
export function renderHeader({ hash, header }: Head) {
  return {
    hash: hex(hash),
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
    ...laterHeaderFields(header),
  }
}

/** Fields that forks brought, each absent before its own. */
function laterHeaderFields(header: Head['header']) {
  return {
    ...(header.baseFeePerGas === undefined
      ? {}
      : { baseFeePerGas: quantity(header.baseFeePerGas) }),
    ...(header.withdrawalsRoot === undefined
      ? {}
      : { withdrawalsRoot: hex(header.withdrawalsRoot) }),
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
