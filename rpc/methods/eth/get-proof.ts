import { z } from 'zod'

import { hex } from '#base'

import { limits } from '../../limits.ts'
import { defineMethod } from '../../method.ts'
import { quantity } from '../../render/quantity.ts'
import { address, blockOrLatest, slot } from '../../schema/params.ts'
import * as results from '../../schema/results.ts'
import { known } from '../known.ts'

const most = limits.proofSlots.value
const slots = z.array(slot).max(most, `must be at most ${most} storage keys`)

export const getProof = defineMethod({
  name: 'eth_getProof',
  summary: 'Merkle proof of an account and some of its storage (EIP-1186).',
  params: z.tuple([address, slots, blockOrLatest]),
  paramNames: ['address', 'slots', 'block'],
  result: results.proof,
  long: true,
  cost: 20,
  handler: async ([account, keys, block], { reads }) => {
    const words = keys.map(({ word }) => word)
    const proof = known(await reads.proof(account, words, block), block)
    return {
      address: hex(proof.address),
      accountProof: proof.accountProof.map(hex),
      balance: quantity(proof.balance),
      codeHash: hex(proof.codeHash),
      nonce: quantity(proof.nonce),
      storageHash: hex(proof.storageHash),
      storageProof: proof.storageProof.map((entry, position) => ({
        key: keys[position]?.echo ?? hex(entry.key),
        value: quantity(entry.value),
        proof: entry.proof.map(hex),
      })),
    }
  },
})
