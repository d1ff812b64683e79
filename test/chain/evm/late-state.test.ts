import assert from 'node:assert/strict'

import { unhex } from '#base'

import { contract, plugin, pure, user, worldOf } from './world.ts'

const own = contract.bytes.toHex()
const other = user.bytes.toHex()
const echo = pure((input) => input)

/** Each leaves a word; all of them are returned. */
const reads: readonly (readonly [string, string])[] = [
  ['BALANCE', `73${other}31`],
  ['SELFBALANCE', '47'],
  ['EXTCODESIZE', `73${own}3b`],
  ['EXTCODEHASH', `73${own}3f`],
  ['EXTCODECOPY', `60205f5f73${own}3c5f51`],
  ['SLOAD', '600554'],
  ['SSTORE and SLOAD', '6007600655600654'],
  ['CALL with value', `5f5f5f5f600173${other}5af1`],
  ['STATICCALL of a plugin', `60205f60205f73${plugin.bytes.toHex()}5afa`],
  ['DELEGATECALL', `5f5f5f5f73${other}5af4`],
  ['CREATE', '5f5f5ff0'],
  ['CREATE2', '60055f5f5ff5'],
]

describe('code over state that arrives late', () => {
  for (const [name, code] of [...reads, ['SELFDESTRUCT', `73${other}ff`] as const]) {
    it(`gives by ${name} what it gives over state at hand, for the same gas`, async () => {
      const program = unhex(`0x${code}5f5260205ff3`)
      const options = { plugins: [echo], code: [[contract, program]] } as const
      const [now, late] = [await worldOf(options), await worldOf({ ...options, late: true })]
      const [a, b] = [await now.call(contract), await late.call(contract)]
      assert.equal(a.execResult.exceptionError, undefined)
      assert.deepEqual(b.execResult.returnValue, a.execResult.returnValue)
      assert.equal(b.execResult.executionGasUsed, a.execResult.executionGasUsed)
      assert.equal(await late.balance(user), await now.balance(user))
      assert.equal(await late.balance(contract), await now.balance(contract))
    })
  }
})
