/** What is wrong in ethereumjs 10.1.3, and must not be wrong here. */
import assert from 'node:assert/strict'

import { Account, Address } from '@ethereumjs/util'

import { equal, Fault, fixed, toBigInt, unhex } from '#base'

import { AnalysisCache } from '../../../chain/evm/interpreter/analysis.ts'
import { Memory } from '../../../chain/evm/interpreter/memory.ts'
import { contract, ether, plugin, pure, slotOf, user, worldOf } from './world.ts'

const none = new Uint8Array(0)
const at = (index: number): Address => new Address(fixed(index + 1_000_000, 20))
const refused = (error: unknown): boolean =>
  error instanceof Fault && error.code === 'EVM_NOT_COPYABLE'

describe('the state under an executor', () => {
  it('is as before after a block that was executed, hashed and rejected', async () => {
    const { state, call } = await worldOf({ code: [[contract, unhex('0x60015f55')]] })
    const before = state.root()
    await call(contract, none, { value: 5n })
    assert.ok(!equal(state.root(), before))
    state.discard()
    assert.ok(equal(state.root(), before))
    assert.equal((await state.getAccount(user))?.balance, 1000n * ether)
    assert.equal((await state.getStorage(contract, slotOf(0))).length, 0)
  })

  it('loses no write, however many a block makes', async () => {
    const { state } = await worldOf()
    const count = 40_000
    for (let index = 0; index < count; index++) {
      await state.putAccount(at(index), new Account(0n, BigInt(index + 1)))
    }
    for (let index = 0; index < count; index += 997) {
      assert.equal((await state.getAccount(at(index)))?.balance, BigInt(index + 1))
    }
    assert.equal(state.changes({ height: 1n, history: false }).length > count, true)
  })

  it('has its storage back when a frame that cleared it reverts', async () => {
    const { state } = await worldOf({ code: [[contract, Uint8Array.of(0)]] })
    await state.putStorage(contract, slotOf(1), Uint8Array.of(7))
    await state.checkpoint()
    await state.clearStorage(contract)
    assert.equal((await state.getStorage(contract, slotOf(1))).length, 0)
    await state.revert()
    assert.equal(toBigInt(await state.getStorage(contract, slotOf(1))), 7n)
  })
})

describe('an executor', () => {
  it('cannot be copied into a stock one', async () => {
    const { executor } = await worldOf()
    assert.throws(() => executor.vm.shallowCopy(), refused)
    assert.throws(() => executor.evm.shallowCopy(), refused)
  })

  it('runs initcode that begins like an EOF container as code: the nonce and the gas are used', async () => {
    // CREATE with the initcode ef00, then SSTORE(0, result + 1)
    const creating = unhex('0x61ef005f526002601e5ff06001015f5500')
    const { call, state, word } = await worldOf({ code: [[contract, creating]] })
    const { execResult } = await call(contract, none, { gasLimit: 10_000_000n })
    assert.equal(execResult.exceptionError, undefined)
    assert.equal(await word(contract, 0n), 1n)
    assert.equal((await state.getAccount(contract))?.nonce, 2n)
    assert.ok(execResult.executionGasUsed > 9_800_000n)
  })

  it('keeps its plugins callable by contracts that exist before and after they are set', async () => {
    const echo = pure((input) => input)
    const { executor, call } = await worldOf()
    assert.equal((await call(plugin, fixed(1, 32))).execResult.returnValue.length, 0)
    executor.setActive([echo])
    assert.deepEqual((await call(plugin, fixed(1, 32))).execResult.returnValue, fixed(1, 32))
  })

  it('takes a quiet transfer and an observed one to the same end', async () => {
    const ends = []
    for (const observed of [false, true]) {
      const { call, executor, state } = await worldOf()
      if (observed) executor.evm.events.on('beforeMessage', () => {})
      const { execResult } = await call(contract, Uint8Array.of(1), { value: 3n })
      const { executionGasUsed, returnValue, exceptionError } = execResult
      ends.push([executionGasUsed, returnValue, exceptionError, state.root()])
    }
    assert.deepEqual(ends[0], ends[1])
  })
})

describe("a frame's memory", () => {
  it('is copied a few times only while it grows word by word', () => {
    const memory = new Memory()
    const buffers = new Set<ArrayBufferLike>()
    for (let words = 1; words <= 100_000; words++) {
      memory.grow(32 * words)
      buffers.add(memory.slice(0, 1).buffer)
      memory.setWord(32 * (words - 1), BigInt(words))
    }
    assert.ok(buffers.size <= 15)
    assert.equal(memory.size, 3_200_000)
    for (const words of [1, 2, 77, 100_000])
      assert.equal(memory.word(32 * (words - 1)), BigInt(words))
  })
})

describe('the analysis of code', () => {
  it('is made once per code hash and kept within its bound', () => {
    const cache = new AnalysisCache()
    const code = new Uint8Array(24_576).fill(0x5b)
    const first = cache.of(fixed(0, 32), code)
    assert.equal(cache.of(fixed(0, 32), code), first)
    for (let index = 1; index < 200; index++) cache.of(fixed(index, 32), code)
    assert.notEqual(cache.of(fixed(0, 32), code), first, 'dropped as the least recently used')
    const last = cache.of(fixed(199, 32), code)
    assert.equal(cache.of(fixed(199, 32), code), last)
  })

  it('finds no destination inside the operand of a PUSH', () => {
    const { destinations } = new AnalysisCache().of(fixed(1, 32), unhex('0x605b5b7f5b5b'))
    assert.deepEqual([...destinations], [0, 0, 1, 0, 0, 0])
  })
})
