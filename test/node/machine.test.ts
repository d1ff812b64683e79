import assert from 'node:assert/strict'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { cryptography, runtime, store } from '../../node/doctor/machine.ts'
import { oldestNode } from '../../node/version.ts'

describe('what the doctor asks of the machine', () => {
  it('is there where the tests run', async () => {
    assert.equal(runtime().status, 'ok')
    assert.equal(cryptography().status, 'ok')
    assert.equal((await store()).status, 'ok')
  })

  it('is the Node that the launcher looks for', async () => {
    const launcher = path.join(import.meta.dirname, '../../bin/runtime.js')
    const { oldest } = (await import(pathToFileURL(launcher).href)) as { readonly oldest: unknown }
    assert.deepEqual(oldest, oldestNode)
  })
})
