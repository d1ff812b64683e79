import { Hardfork } from '@ethereumjs/common'

import { utf8 } from '#base'
import { keccak256, keyHash, mlDsa, sha256, type SigningKey } from '#crypto'
import {
  type Algorithm,
  type Context,
  contexts,
  encodeTransaction,
  keyHashAddress,
  requiredGas,
  signingPayload,
  type Transaction,
  type UnsignedTransaction,
} from '#protocol'

import { rulesOf } from '../../../chain/evm/fast-common.ts'
import { decodeEnvelope, type ParsEnvelope } from '../../../chain/pars/envelope.ts'

export const network = { chainId: 7227n, genesisHash: sha256(utf8('test network')), dev: false }
export const rules = rulesOf(network.chainId, Hardfork.Osaka, [7934])
export const gwei = 1_000_000_000n

export interface Signing {
  /** Another network's. */
  readonly genesisHash?: Uint8Array
  readonly context?: Context
}

/** An account and its key. The seed is its name, so that every run sees the same addresses. */
export class Wallet {
  readonly key: SigningKey
  readonly address: Uint8Array
  readonly keyHash: Uint8Array

  constructor(name: string, algorithm: Algorithm = 0x44) {
    this.key = mlDsa(algorithm).fromSeed(sha256(utf8(name)))
    this.keyHash = keyHash(algorithm, this.key.publicKey)
    this.address = keyHashAddress(this.keyHash)
  }

  /** A transfer with just the gas it needs. */
  unsigned(changes: Partial<UnsignedTransaction> = {}): UnsignedTransaction {
    const transaction = {
      chainId: network.chainId,
      nonceKey: 0n,
      nonce: 0n,
      validUntil: 0n,
      maxPriorityFeePerGas: gwei,
      maxFeePerGas: 10n * gwei,
      gasLimit: 0n,
      to: new Uint8Array(20).fill(0x22),
      value: 1n,
      data: new Uint8Array(0),
      accessList: [],
      sender: this.address,
      algorithm: this.key.algorithm,
      key: this.key.publicKey,
      ...changes,
    }
    return { ...transaction, gasLimit: changes.gasLimit ?? requiredGas(transaction) }
  }

  sign(transaction: UnsignedTransaction, signing: Signing = {}): Transaction {
    const hash = keccak256(signingPayload(transaction, signing.genesisHash ?? network.genesisHash))
    return {
      ...transaction,
      signature: this.key.sign(hash, signing.context ?? contexts.transaction),
    }
  }

  /** A signed encoding; every call signs anew, and no two signatures are equal. */
  wire(changes: Partial<UnsignedTransaction> = {}): Uint8Array<ArrayBuffer> {
    return encodeTransaction(this.sign(this.unsigned(changes)))
  }

  envelope(changes: Partial<UnsignedTransaction> = {}): ParsEnvelope {
    return decode(this.wire(changes))
  }
}

export function decode(wire: Uint8Array): ParsEnvelope {
  return decodeEnvelope(wire, network, rules)
}

/** The same payload under a signature that does not verify. */
export function forged(wire: Uint8Array): Uint8Array {
  const copy = wire.slice()
  const last = copy.length - 1
  copy[last - 100] = (copy[last - 100] ?? 0) ^ 1
  return copy
}
