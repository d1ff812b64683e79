import {
  hashTypedData,
  type Hex,
  type LocalAccount,
  type SignableMessage,
  stringToBytes,
  type TypedDataDefinition,
} from 'viem'
import { toAccount } from 'viem/accounts'

import { hex, quantity, unhex } from '#base'
import type { Algorithm } from '#protocol'

import { Account, type AccountOptions, type TransactionFields } from '../account.ts'
import { refuseForeign, required } from '../fields.ts'
import type { Key } from '../keys.ts'
import type { PreparedRequest } from './request.ts'

/** A local account of viem whose transactions and messages ML-DSA signs. */
export type ParsLocalAccount = LocalAccount<'pars'> & {
  /** The key's algorithm; with `publicKey`, for the gas of estimates. */
  readonly pqAlgorithm: Algorithm
  readonly keyHash: Hex
  readonly networkId: Hex
  /** Known to be registered; otherwise the chain asks before it signs. */
  readonly isRegistered: boolean
}

/** Throws `SDK_NETWORK_ID` and `SDK_ADDRESS`. */
export function toParsAccount(key: Key, options: AccountOptions): ParsLocalAccount {
  const account = new Account(key, options)
  const local = toAccount({
    address: account.address,
    signMessage: ({ message }) => account.signMessage(messageBytes(message)),
    signTypedData: (definition) =>
      account.signHash(unhex(hashTypedData(definition as TypedDataDefinition))),
    signTransaction: async (request) => {
      const { wire } = await account.signTransaction(fieldsOf(request as PreparedRequest))
      return wire
    },
  })
  return {
    ...local,
    source: 'pars',
    publicKey: hex(key.engine.publicKey),
    pqAlgorithm: key.engine.algorithm,
    keyHash: hex(key.keyHash),
    networkId: account.networkId,
    isRegistered: account.isRegistered,
  }
}

export function isParsAccount(account: object): account is ParsLocalAccount {
  return 'source' in account && account.source === 'pars'
}

/** What a node is told of the account's key where it does not know it. */
export function accountFields({ pqAlgorithm, publicKey }: ParsLocalAccount) {
  return { pqAlgorithm: quantity(pqAlgorithm), pqPublicKey: publicKey }
}

function messageBytes(message: SignableMessage): Uint8Array {
  if (typeof message === 'string') return stringToBytes(message)
  return typeof message.raw === 'string' ? unhex(message.raw) : message.raw
}

function fieldsOf(request: PreparedRequest): TransactionFields {
  refuseForeign(request)
  const fees = request.gasPrice
  return {
    chainId: BigInt(required(request.chainId, 'chainId')),
    nonce: BigInt(required(request.nonce, 'nonce')),
    gasLimit: required(request.gas, 'gas'),
    maxFeePerGas: fees ?? required(request.maxFeePerGas, 'maxFeePerGas'),
    maxPriorityFeePerGas: fees ?? required(request.maxPriorityFeePerGas, 'maxPriorityFeePerGas'),
    to: request.to ?? undefined,
    value: request.value,
    data: request.data,
    accessList: request.accessList,
    nonceKey: request.nonceKey,
    validUntil: request.validUntil,
    isRegistered: request.isRegistered,
  }
}
