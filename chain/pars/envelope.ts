import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'

import { keccak256, keyHash } from '#crypto'
import {
  algorithms,
  checkStatic,
  decodeTransaction,
  signingPayload,
  type Transaction,
} from '#protocol'

import type { Envelope } from '../profile.ts'
import { forVm } from './vm-transaction.ts'

/** What V1-V5 and every hash of a 0x50 transaction need to know of the network. */
export interface Network {
  readonly chainId: bigint
  /** G. */
  readonly genesisHash: Uint8Array
}

/** A decoded 0x50 transaction with its hashes. The signature is not verified by being here. */
export interface ParsEnvelope extends Envelope {
  readonly fields: Transaction
  /** k: what the key field says the account's keyHash is. */
  readonly keyHash: Uint8Array
  /** The public key, when the key field carries it. */
  readonly fullKey: Uint8Array | undefined
}

/**
 * V1-V5: what the bytes alone decide. Throws a Fault `TX_*`.
 *
 * @see PIP-0002 "Validity"
 */
export function decodeEnvelope(wire: Uint8Array, network: Network, rules: Common): ParsEnvelope {
  const fields = decodeTransaction(wire)
  checkStatic(fields, { chainId: network.chainId })
  const { algorithm, key, to } = fields
  const full = key.length === algorithms[algorithm].publicKeyBytes
  const hash = keccak256(signingPayload(fields, network.genesisHash))
  return {
    wire,
    fields,
    hash,
    wireHash: keccak256(wire),
    type: 0x50,
    sender: fields.sender,
    to: to.length === 0 ? undefined : to,
    gasLimit: fields.gasLimit,
    usesAccountNonce: fields.nonceKey === 0n,
    keyHash: full ? keyHash(algorithm, key) : key,
    fullKey: full ? key : undefined,
    effectiveGasPrice(baseFee) {
      const capped = baseFee + fields.maxPriorityFeePerGas
      return capped < fields.maxFeePerGas ? capped : fields.maxFeePerGas
    },
    forVm: (): TypedTransaction => forVm(fields, hash, rules),
  }
}

/** A key for maps: one lane of one sender. */
export function laneOf({ fields }: ParsEnvelope): string {
  return `${fields.sender.toHex()}:${fields.nonceKey}`
}
