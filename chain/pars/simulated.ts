import { Address } from '@ethereumjs/util'

/** Blocks and transactions of a Pars network that nobody made. */
import { concat, encodeRlp, fixed, toBigInt, trimmed } from '#base'
import { keccak256 } from '#crypto'
import { defaultAlgorithm, transactionType } from '#protocol'

import { emptyOmmersHash, zeroNonce } from '../block/header.ts'
import type { SimulationRules } from '../profile.ts'
import { emptyRoot } from '../state/index.ts'
import { noRequests } from './constants.ts'
import type { Network } from './envelope.ts'
import { lanesAddress, slotOf } from './slots.ts'

/**
 * A transaction without key and signature is a 0x50 whose fields 14 and 15 are empty. No signed one
 * has them empty, so neither its encoding nor its hash is ever that of a signed one. A block has no
 * commit: its digest is zeros, as is PREVRANDAO.
 */
export function parsSimulation(network: Network, targetBlockMs: number): SimulationRules {
  return {
    blockSeconds: BigInt(Math.max(1, Math.ceil(targetBlockMs / 1000))),
    header: (parent, { number, timestamp }) => ({
      ommersHash: emptyOmmersHash,
      beneficiary: parent.beneficiary,
      difficulty: 0n,
      number,
      gasLimit: parent.gasLimit,
      timestamp,
      extraData: new Uint8Array(0),
      prevRandao: new Uint8Array(32),
      nonce: zeroNonce,
      withdrawalsRoot: emptyRoot,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: new Uint8Array(32),
      requestsHash: noRequests,
    }),
    defaultAlgorithm,
    lanes: {
      next: async (state, from, nonceKey) =>
        toBigInt(await state.getStorage(new Address(lanesAddress), slotOf(from, nonceKey))),
      use: (state, from, nonceKey, nonce) =>
        state.putStorage(new Address(lanesAddress), slotOf(from, nonceKey), fixed(nonce + 1n, 32)),
    },
    encode(transaction) {
      const fields = [
        trimmed(network.chainId),
        trimmed(transaction.nonceKey),
        trimmed(transaction.nonce),
        trimmed(0n),
        trimmed(transaction.maxPriorityFeePerGas),
        trimmed(transaction.maxFeePerGas),
        trimmed(transaction.gas),
        transaction.to ?? new Uint8Array(0),
        trimmed(transaction.value),
        transaction.data,
        transaction.accessList,
        transaction.from,
        Uint8Array.of(transaction.algorithm ?? defaultAlgorithm),
        new Uint8Array(0),
      ]
      const type = Uint8Array.of(transactionType)
      return {
        type: transactionType,
        hash: keccak256(concat(type, network.genesisHash, encodeRlp(fields))),
        wire: concat(type, encodeRlp([...fields, new Uint8Array(0)])),
      }
    },
  }
}
