import {
  defineBlock,
  defineTransaction,
  defineTransactionReceipt,
  defineTransactionRequest,
  formatTransaction,
  hexToBigInt,
  hexToNumber,
  numberToHex,
} from 'viem'

import { accountFields, isParsAccount, type ParsLocalAccount } from './account.ts'
import type {
  ParsBlock,
  ParsRpcBlock,
  ParsRpcTransaction,
  ParsRpcTransactionRequest,
  ParsTransaction,
  ParsTransactionReceipt,
  ParsTransactionRequest,
} from './request.ts'

const shown = {
  block: defineBlock({
    format: ({ transactions }: ParsRpcBlock): ParsBlock =>
      ({
        transactions: transactions.map((transaction) =>
          typeof transaction === 'string'
            ? transaction
            : { ...formatTransaction(transaction), ...parsFields(transaction) },
        ),
      }) as ParsBlock,
  }),
  transaction: defineTransaction({
    format: (transaction: ParsRpcTransaction): ParsTransaction =>
      parsFields(transaction) as ParsTransaction,
    exclude: ['r', 's', 'v', 'yParity'],
  }),
  transactionReceipt: defineTransactionReceipt({
    format: (): ParsTransactionReceipt => ({ type: 'mldsa' }) as ParsTransactionReceipt,
  }),
} as const

/**
 * Shows transactions of type 0x50 as what they are, and tells estimates which key will sign.
 * @param isRegistered Whether the network knows the key of an account: then it needs not be told.
 */
export function formattersOf(isRegistered: (account: ParsLocalAccount) => boolean) {
  return {
    ...shown,
    transactionRequest: defineTransactionRequest({
      format: (request: ParsTransactionRequest): ParsRpcTransactionRequest => {
        const { nonceKey, validUntil } = request
        const account = accountOf(request)
        // viem passes on only the fields of a request that its formatted form has.
        return {
          ...(nonceKey === undefined ? {} : { nonceKey: numberToHex(nonceKey) }),
          ...(validUntil === undefined ? {} : { validUntil: numberToHex(validUntil) }),
          ...(account === undefined || isRegistered(account) ? {} : accountFields(account)),
        }
      },
    }),
  } as const
}

function parsFields(transaction: ParsRpcTransaction) {
  return {
    type: 'mldsa' as const,
    nonceKey: hexToBigInt(transaction.nonceKey),
    validUntil: hexToBigInt(transaction.validUntil),
    pqAlgorithm: hexToNumber(transaction.pqAlgorithm),
  }
}

/** viem hands over the account beside the request that its types name. */
function accountOf(request: object): ParsLocalAccount | undefined {
  const account = 'account' in request ? request.account : undefined
  return typeof account === 'object' && account !== null && isParsAccount(account)
    ? account
    : undefined
}
