import { toBigInt } from '#base'
import { keccak256 } from '#crypto'
import { slotPreimage } from '#protocol'

import { contract, method } from '../contract.ts'
import { PrecompileRevert } from '../plugin.ts'
import vectors from './vectors.json' with { type: 'json' }

const gasTable = { call: 500 } as const

const nextNonce = method({
  name: 'nextNonce',
  mutability: 'view',
  inputs: [
    ['address', 'sender'],
    ['uint256', 'nonceKey'],
  ],
  outputs: [['uint256', 'nonce']],
  gas: () => gasTable.call,
  run(view, sender, nonceKey) {
    if (nonceKey === 0n) throw new PrecompileRevert('nextNonce: key 0 is the account nonce')
    return [toBigInt(view.get(keccak256(slotPreimage(sender, nonceKey))))]
  },
})

/** Nonce lanes: written by the protocol alone, read by anyone. @see PIP-0002 */
export default contract({
  name: 'nonces',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000607',
  gasTable,
  vectors,
  methods: [nextNonce],
  events: [],
})
