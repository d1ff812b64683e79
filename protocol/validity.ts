import { Fault } from '#base'

import { requiredGas } from './gas.ts'
import { limits } from './limits.ts'
import type { UnsignedTransaction } from './transaction.ts'

/**
 * Rules V2 to V5: what the bytes alone decide about a transaction that was decoded or is about to be
 * signed. Throws a Fault whose code starts with `TX_`; a transaction that fails can never become valid.
 *
 * @see PIP-0002, EIP-1559, EIP-3860, EIP-7623
 */
export function checkStatic(
  transaction: UnsignedTransaction,
  network: { readonly chainId: bigint },
): void {
  if (transaction.chainId !== network.chainId) {
    throw new Fault(
      { code: 'TX_CHAIN_ID', chainId: transaction.chainId, expected: network.chainId },
      'sign for the network that you send to',
    )
  }
  checkFees(transaction)
  if (transaction.to.length === 0) checkCreation(transaction)
  const required = requiredGas(transaction)
  if (transaction.gasLimit < required) {
    throw new Fault(
      { code: 'TX_GAS_LIMIT', gasLimit: transaction.gasLimit, required },
      'raise gasLimit: authentication and data cost this much before anything runs',
    )
  }
}

function checkFees(transaction: UnsignedTransaction): void {
  const { maxFeePerGas, maxPriorityFeePerGas, gasLimit, value } = transaction
  if (maxPriorityFeePerGas > maxFeePerGas) {
    throw new Fault(
      { code: 'TX_PRIORITY_FEE', maxPriorityFeePerGas, maxFeePerGas },
      'lower maxPriorityFeePerGas, or raise maxFeePerGas',
    )
  }
  if (gasLimit * maxFeePerGas + value >= 2n ** 256n) {
    throw new Fault(
      { code: 'TX_COST', gasLimit, maxFeePerGas, value },
      'keep gasLimit * maxFeePerGas + value below 2^256',
    )
  }
}

function checkCreation({ nonceKey, data }: UnsignedTransaction): void {
  if (nonceKey !== 0n) {
    // The new address follows from the account nonce, which a lane does not consume.
    throw new Fault(
      { code: 'TX_CREATION_LANE', nonceKey },
      'create contracts with nonceKey 0, or through a factory',
    )
  }
  const most = limits.initcodeBytes.value
  if (data.length > most) {
    throw new Fault(
      { code: 'TX_INITCODE', bytes: data.length, most },
      'divide the contract, or move constants out of its constructor',
    )
  }
}
