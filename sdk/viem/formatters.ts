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

import type {
  ParsBlock,
  ParsRpcBlock,
  ParsRpcTransaction,
  ParsRpcTransactionRequest,
  ParsTransaction,
  ParsTransactionReceipt,
  ParsTransactionRequest,
} from './request.ts'

/** Shows transactions of type 0x50 as what they are, and tells estimates which key will sign. */
export const formatters = {
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
  transactionRequest: defineTransactionRequest({
    format: (request: ParsTransactionRequest): ParsRpcTransactionRequest => {
      const { nonceKey, validUntil } = request
      const algorithm = algorithmOf(request)
      // viem passes on only the fields of a request that its formatted form has.
      return {
        ...(nonceKey === undefined ? {} : { nonceKey: numberToHex(nonceKey) }),
        ...(validUntil === undefined ? {} : { validUntil: numberToHex(validUntil) }),
        ...(algorithm === undefined ? {} : { pqAlgorithm: numberToHex(algorithm) }),
      }
    },
  }),
} as const

function parsFields(transaction: ParsRpcTransaction) {
  return {
    type: 'mldsa' as const,
    nonceKey: hexToBigInt(transaction.nonceKey),
    validUntil: hexToBigInt(transaction.validUntil),
    pqAlgorithm: hexToNumber(transaction.pqAlgorithm),
  }
}

/** viem hands over the account beside the request that its types name. */
function algorithmOf(request: object): number | undefined {
  const account = 'account' in request ? request.account : undefined
  return typeof account === 'object' && account !== null && 'pqAlgorithm' in account
    ? Number(account.pqAlgorithm)
    : undefined
}
