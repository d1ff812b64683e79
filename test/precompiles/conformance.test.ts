import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { conformance, discover, seededRandom } from '#precompiles'

import { transcripts } from './transcript.ts'

const seed = process.env['PARS_SEED'] ?? 'conformance'
const plugins = await discover()

for (const plugin of plugins) {
  describe(`the plugin ${plugin.name} (seed ${seed})`, () => {
    for (const check of conformance(plugin, { random: seededRandom(seed), garbage: 400 })) {
      it(check.name, () => check.run())
    }
  })
}

describe('plugins', () => {
  it('give the same bytes for the same calls in another process', async function () {
    this.timeout(60_000)
    const script = path.join(import.meta.dirname, 'transcript.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, seed])
    assert.deepEqual(JSON.parse(stdout), await transcripts(seed))
  })
})
