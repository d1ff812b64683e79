import { z } from 'zod'

import { hex } from '#base'
import { transactionType } from '#protocol'

import { complete } from '../../complete.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { callObject, callRequest } from '../../schema/call.ts'
import * as results from '../../schema/results.ts'

export const fillTransaction = defineMethod({
  name: 'eth_fillTransaction',
  summary: 'A transaction with every field that its sender left open, ready to be signed.',
  params: z.tuple([callObject]),
  paramNames: ['transaction'],
  result: results.filledTransaction,
  long: true,
  handler: async ([transaction], { chain, reads, view }) => {
    const request = callRequest(transaction, chain.chainId)
    const from = request.from ?? new Uint8Array(20)
    const filled = await complete({ chain, reads }, undefined, { ...request, from })
    const fields = {
      type: quantity(view.receiptType(transactionType)),
      chainId: quantity(chain.chainId),
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
