import assert from 'node:assert/strict'

import { fuzzContents, fuzzFiles } from './fuzz.ts'

describe('20,000 malformed bundles', function () {
  this.timeout(900_000)

  it('bring nothing that was not put in, and leave no memory behind', async () => {
    await fuzzFiles(1000, 'warm')
    await fuzzContents(1000, 'warm')
    const before = process.memoryUsage.rss()
    await fuzzFiles(9000, 'cold')
    await fuzzContents(9000, 'cold')
    const grown = process.memoryUsage.rss() - before
    assert(grown < 256 * 2 ** 20, `${grown} bytes`)
  })
})
