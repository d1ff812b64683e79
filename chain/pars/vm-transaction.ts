import type { Common } from '@ethereumjs/common'
import { Capability, type TypedTransaction } from '@ethereumjs/tx'
import { Address } from '@ethereumjs/util'

/**
 * The members that runTx reads of a transaction, over the fields of a 0x50.
 *
 * runTx takes the calldata floor from `tx.common.param('txGas')`, so the authentication gas enters
 * the floor through a Common that answers that one parameter for this transaction: in stock runTx
 * the floor would swallow it.
 */
import { floorGas, intrinsicGas, type Transaction } from '#protocol'

const capabilities: ReadonlySet<number> = new Set([
  Capability.EIP1559FeeMarket,
  Capability.EIP2718TypedTransaction,
  Capability.EIP2930AccessLists,
])

export function forVm(fields: Transaction, hash: Uint8Array, rules: Common): TypedTransaction {
  const sender = new Address(fields.sender)
  const to = fields.to.length === 0 ? undefined : new Address(fields.to)
  const transaction = {
    type: 0x50,
    common: withFloorBase(rules, floorGas({ ...fields, data: new Uint8Array(0) })),
    cache: {},
    txOptions: {},
    nonce: fields.nonce,
    gasLimit: fields.gasLimit,
    to,
    value: fields.value,
    data: fields.data,
    accessList: fields.accessList,
    maxFeePerGas: fields.maxFeePerGas,
    maxPriorityFeePerGas: fields.maxPriorityFeePerGas,
    chainId: fields.chainId,
    supports: (capability: number) => capabilities.has(capability),
    getIntrinsicGas: () => intrinsicGas(fields),
    getUpfrontCost(baseFee = 0n) {
      return fields.gasLimit * (baseFee + this.getEffectivePriorityFee(baseFee)) + fields.value
    },
    getEffectivePriorityFee(baseFee = 0n) {
      const room = fields.maxFeePerGas - baseFee
      return room < fields.maxPriorityFeePerGas ? room : fields.maxPriorityFeePerGas
    },
    getSenderAddress: () => sender,
    toCreationAddress: () => to === undefined,
    isSigned: () => true,
    hash: () => hash,
    errorStr: () => '0x50 transaction',
  }
  return transaction as unknown as TypedTransaction
}

function withFloorBase(rules: Common, base: bigint): Common {
  const common = Object.create(rules) as Common
  Object.defineProperty(common, 'param', {
    value: (name: string) => (name === 'txGas' ? base : rules.param(name)),
  })
  return common
}
