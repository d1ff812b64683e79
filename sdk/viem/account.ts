import {
  hashTypedData,
  type Hex,
  type LocalAccount,
  type SignableMessage,
  stringToBytes,
  type TypedDataDefinition,
} from 'viem'
import { toAccount } from 'viem/accounts'

import { Fault, hex, unhex } from '#base'

import { Account, type AccountOptions, type TransactionFields } from '../account.ts'
import type { Key } from '../keys.ts'
import type { PreparedRequest } from './request.ts'

/** A local account of viem whose transactions and messages ML-DSA signs. */
export type ParsLocalAccount = LocalAccount<'pars'> & {
  /** The key's algorithm, for the gas of estimates. */
  readonly pqAlgorithm: number
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

function messageBytes(message: SignableMessage): Uint8Array {
  if (typeof message === 'string') return stringToBytes(message)
  return typeof message.raw === 'string' ? unhex(message.raw) : message.raw
}

function fieldsOf(request: PreparedRequest): TransactionFields {
  refuseForeign(request)
  const fees = request.gasPrice
  return {
    chainId: BigInt(required(request, 'chainId')),
    nonce: BigInt(required(request, 'nonce')),
    gasLimit: required(request, 'gas'),
    maxFeePerGas: fees ?? required(request, 'maxFeePerGas'),
    maxPriorityFeePerGas: fees ?? required(request, 'maxPriorityFeePerGas'),
    to: request.to ?? undefined,
    value: request.value,
    data: request.data,
    accessList: request.accessList,
    nonceKey: request.nonceKey,
    validUntil: request.validUntil,
    isRegistered: request.isRegistered,
  }
}

function required<Name extends keyof PreparedRequest>(
  request: PreparedRequest,
  field: Name,
): NonNullable<PreparedRequest[Name]> {
  const value = request[field]
  if (value !== undefined && value !== null) return value
  throw new Fault(
    { code: 'SDK_FIELD_MISSING', field },
    'give it, or let prepareTransactionRequest fill it before signTransaction',
  )
}

/** Dropping them in silence would sign something else than was asked for. */
function refuseForeign(request: PreparedRequest): void {
  for (const field of ['blobs', 'authorizationList'] as const) {
    if (request[field] === undefined) continue
    throw new Fault(
      { code: 'SDK_FIELD_FOREIGN', field },
      'leave it out: type 0x50 has neither blobs nor authorisations',
    )
  }
}
