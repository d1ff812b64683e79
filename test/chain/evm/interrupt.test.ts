import assert from 'node:assert/strict'

import { unhex } from '#base'

import { limits } from '../../../chain/evm/limits.ts'
import { contract, forwarder, plugin, pure, user, worldOf } from './world.ts'

const gasLimit = 50_000_000n
const echo = pure((input) => input)

/** Each goes on until its gas is spent. */
const endless: readonly (readonly [string, string])[] = [
  ['jumps', '5b5f56'],
  ['calls of accounts without code', `5b5f5f5f5f5f73${user.bytes.toHex()}5af1505f56`],
  ['calls of a precompile', `5b5f5f5f5f73${plugin.bytes.toHex()}5afa505f56`],
  ['creations', '5b5f5f5ff0505f56'],
  ['calls of itself', '5b5f5f5f5f305afa505f56'],
  ['copies of memory', '5b620100005f5f5e5f56'],
]

describe('an interruptible run', () => {
  for (const [name, code] of endless) {
    it(`ends in the midst of ${name}`, async () => {
      const stop = new Error('nobody waits')
      const program = unhex(`0x${code}`)
      let asked = 0
      const world = await worldOf({
        plugins: [echo],
        code: [[contract, program]],
        interrupt: () => {
          if (++asked === 5) throw stop
        },
      })
      await assert.rejects(world.call(contract, undefined, { gasLimit }), stop)
      assert.equal(asked, 5)
    })
  }

  it('asks at least every million gas, and comes to what any other run comes to', async () => {
    // Counts slot 0 up while there is more than a million gas, and returns the gas that is left.
    const counter = unhex('0x5b5f546001015f55620f42405a115f575a5f5260205ff3')
    for (const program of [counter, forwarder('call', plugin), forwarder('staticcall', user)]) {
      let asked = 0
      const options = { plugins: [echo], code: [[contract, program]] } as const
      const plain = await worldOf(options)
      const sliced = await worldOf({ ...options, interrupt: () => void asked++ })
      const [a, b] = [
        await plain.call(contract, undefined, { gasLimit: 5_000_000n }),
        await sliced.call(contract, undefined, { gasLimit: 5_000_000n }),
      ]
      assert.deepEqual(b.execResult.returnValue, a.execResult.returnValue)
      assert.equal(b.execResult.executionGasUsed, a.execResult.executionGasUsed)
      assert.equal(b.execResult.exceptionError?.error, a.execResult.exceptionError?.error)
      assert.equal(await sliced.word(contract, 0n), await plain.word(contract, 0n))
      const slices = a.execResult.executionGasUsed / BigInt(limits.interruptGas.value)
      assert.ok(BigInt(asked) >= slices, `${asked} times, for ${slices} slices`)
    }
  })
})
