import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'

import { discover } from '#precompiles'

import { allVectors, vectorsFolder } from '../../scripts/vectors.ts'

describe("the plugins' vectors", () => {
  it('are what scripts/vectors.ts makes', async function () {
    this.timeout(30_000)
    if (!existsSync(vectorsFolder)) {
      this.test!.title += ` (no ${vectorsFolder})`
      this.skip()
    }
    const plugins = await discover()
    const found = Object.fromEntries(plugins.map(({ name, vectors }) => [name, vectors]))
    assert.deepEqual(found, JSON.parse(JSON.stringify(allVectors())))
  })
})
