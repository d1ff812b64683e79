/** Clients' questions to precompiles, against the registry of models in memory. */
import assert from 'node:assert/strict'

import { encodeErrorResult, parseAbi } from 'viem'

import { fixed, hex, isFault, unhex } from '#base'
import { callInMemory, listModels, readModel, readModelTexts, type StateCall } from '#precompiles'

import { alice, ModelWorld, plugins } from './model-world.ts'

const id = hex(fixed(5, 32))
const withCode = (code: string) => (error: unknown) => isFault(error, code)

const reverting =
  (reason: string): StateCall =>
  async () => {
    const abi = parseAbi(['error Error(string)'])
    const data = encodeErrorResult({ abi, errorName: 'Error', args: [reason] })
    return { output: unhex(data), isReverted: true }
  }

describe('the reader of precompiles', () => {
  it('reads back what stands in the registry, in whatever letters', async () => {
    const world = new ModelWorld()
    const name = '\ufeffمدل\u0000'
    const drafted = world.drafted(Uint8Array.of(1), 1, name)
    const call: StateCall = async (_, data) => {
      const { timestamp, height, networkId } = world
      const outcome = callInMemory(plugins.models, data, world.states.models, {
        caller: alice,
        origin: alice,
        value: 0n,
        isStatic: true,
        gasLimit: 1_000_000n,
        timestamp,
        height,
        networkId,
      })
      assert.equal(outcome.status, 'returned')
      return { output: outcome.output, isReverted: false }
    }
    assert.deepEqual(await listModels(call, 0, 10), [drafted])
    const { status, kind, owner, size } = (await readModel(call, drafted))!
    assert.deepEqual([status, kind, owner, size], ['draft', 'committed', hex(alice), 1])
    assert.deepEqual(await readModelTexts(call, drafted), { name, licence: 'MIT', metadata: '{}' })
  })

  it('finds nothing where the precompile says so, and takes no other refusal for that', async () => {
    assert.equal(await readModel(reverting('models: unknown model'), id), undefined)
    for (const call of [
      reverting('models: another'),
      async () => ({ output: new Uint8Array(0), isReverted: true }),
    ]) {
      await assert.rejects(readModel(call, id), withCode('PRECOMPILE_ANSWER'))
    }
  })

  it('refuses a state that it has no word for', async () => {
    const words = [9, 0, 1, 1, 1, 1, 1].map((word) => fixed(word, 32).toHex())
    const call: StateCall = async () => ({
      output: Uint8Array.fromHex(words.join('')),
      isReverted: false,
    })
    await assert.rejects(readModel(call, id), withCode('PRECOMPILE_ANSWER'))
  })

  it('knows by the form of the answer that there is no such precompile', async () => {
    for (const length of [0, 31, 32, 7 * 32 + 1]) {
      const call: StateCall = async () => ({ output: new Uint8Array(length), isReverted: false })
      await assert.rejects(readModel(call, id), withCode('PRECOMPILE_ABSENT'))
    }
  })
})
