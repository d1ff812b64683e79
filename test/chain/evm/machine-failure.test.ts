import assert from 'node:assert/strict'

import { HostFault } from '../../../chain/evm/index.ts'
import { plugin, pure, worldOf } from './world.ts'

describe('a failure of the machine inside a plugin', () => {
  const failures = [
    Object.assign(new Error('malloc failure'), { code: 'ERR_OSSL_EVP_MALLOC_FAILURE' }),
    Object.assign(new Error('operation failed'), { code: 'ERR_CRYPTO_OPERATION_FAILED' }),
    new RangeError('WebAssembly.Memory(): could not allocate memory'),
    new RangeError('Array buffer allocation failed'),
  ]
  for (const failure of failures) {
    it(`is no result: ${failure.message}`, async () => {
      const failing = pure(() => {
        throw failure
      })
      const { call, defects } = await worldOf({ plugins: [failing] })
      await assert.rejects(call(plugin), HostFault)
      assert.deepEqual(defects, [])
    })
  }
})
