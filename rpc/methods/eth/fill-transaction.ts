import { z } from 'zod'

import { hex } from '#base'
import { transactionType } from '#protocol'

import { complete } from '../../complete.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { callObject, callRequest } from '../../schema/call.ts'
import * as results from '../../schema/results.ts'
import type { SignRequest } from '../../signer.ts'

type Life = Pick<SignRequest, 'nonceKey' | 'validUntil'>

export const fillTransaction = defineMethod({
  name: 'eth_fillTransaction',
  summary: 'A transaction with every field that its sender left open, ready to be signed.',
  params: z.tuple([callObject]),
  paramNames: ['transaction'],
  result: results.filledTransaction,
  long: true,
  handler: async ([transaction], { chain, reads, spend, view }) => {
    const request = callRequest(transaction, chain.chainId)
    const from = request.from ?? new Uint8Array(20)
    const filled = await complete({ chain, reads, spend }, undefined, { ...request, from })
    const type = view.receiptType(chain.transactionType)
    const fields = {
      type: quantity(type),
      chainId: quantity(chain.chainId),
      ...lifeOf(filled, type),
      nonce: quantity(filled.nonce),
      to: filled.to === undefined ? null : hex(filled.to),
      gas: quantity(filled.gas),
      value: quantity(filled.value),
      input: hex(filled.data),
      maxPriorityFeePerGas: quantity(filled.maxPriorityFeePerGas),
      maxFeePerGas: quantity(filled.maxFeePerGas),
      gasPrice: quantity(filled.maxFeePerGas),
      accessList: filled.accessList.map(([address, slots]) => ({
        address: hex(address),
        storageKeys: slots.map(hex),
      })),
    }
    return { tx: fields }
  },
})

/** Whoever signs without what was asked for here signs something else: it is shown in any type. */
function lifeOf({ nonceKey, validUntil }: Life, type: number) {
  return {
    ...(type === transactionType || nonceKey > 0n ? { nonceKey: quantity(nonceKey) } : {}),
    ...(type === transactionType || validUntil > 0n ? { validUntil: quantity(validUntil) } : {}),
  }
}
