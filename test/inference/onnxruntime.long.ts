import assert from 'node:assert/strict'

import { campaignGraph, difference, engines } from './oracle.ts'

/** `npm run fuzz -- onnx` runs thousands. */
const graphs = 300

describe('pars-int-1 beside onnxruntime', () => {
  for (const engine of engines) {
    it(`gives the bytes of onnxruntime-${engine} on random graphs`, async function () {
      this.timeout(120_000)
      const found: string[] = []
      for (let index = 0; index < graphs; index++) {
        const what = await difference(campaignGraph(`test-${index}`), engine)
        if (what !== undefined) found.push(what)
      }
      assert.deepEqual(found, [])
    })
  }
})
