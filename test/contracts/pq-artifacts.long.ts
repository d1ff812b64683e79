import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { generatedFiles } from '../../scripts/contracts.ts'

const folder = path.join(import.meta.dirname, '../../contracts')

describe('the contracts that are committed', function () {
  this.timeout(60_000)

  it('are what the compiler makes of their sources, and nothing else is', () => {
    const files = generatedFiles()
    for (const [name, text] of Object.entries(files)) {
      assert.ok(
        readFileSync(path.join(folder, name), 'utf8') === text,
        `run scripts/contracts.ts: ${name}`,
      )
    }
    const committed = globSync('artifacts/*', { cwd: folder }).map((file) =>
      file.split(path.sep).join('/'),
    )
    const made = Object.keys(files).filter((name) => name.startsWith('artifacts/'))
    assert.deepEqual(committed.toSorted(), made.toSorted())
  })
})
