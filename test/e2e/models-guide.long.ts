/** docs/guides/models.md, done as a reader would do it: files saved, commands run, output compared. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { repository } from '../examples/project.ts'
import { blocksOf, patternOf } from './guide.ts'
import { Bench } from './node.ts'
import { Shell } from './shell.ts'

const blocks = blocksOf('docs/guides/models.md')

describe('the guide for models', function () {
  this.timeout(180_000)

  const bench = new Bench()
  const folder = bench.path('models')
  let shell: Shell

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const [bin, packages] = [bench.path('bin'), path.join(folder, 'node_modules')]
    for (const one of [bin, packages]) mkdirSync(one, { recursive: true })
    symlinkSync(repository, path.join(packages, 'pars'))
    for (const name of ['viem', 'solc']) {
      symlinkSync(path.join(repository, 'node_modules', name), path.join(packages, name))
    }
    const cli = path.join(repository, 'node/cli.ts')
    const npx = path.join(bin, 'npx')
    writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(npx, 0o755)
    const { url } = await bench.node('dev', '--data', bench.path('data'))
    shell = new Shell(folder, {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
      // Where a reader's node is.
      PARS_RPC: url,
    })
  })
  after(async () => {
    await shell?.[Symbol.asyncDispose]()
    await bench[Symbol.asyncDispose]()
  })

  for (const [index, { language, file, text }] of blocks.entries()) {
    if (file !== undefined) {
      it(`has ${file} saved`, () => writeFileSync(path.join(folder, file), text))
      continue
    }
    if (language !== 'sh' || text.includes('npm install')) continue
    const next = blocks[index + 1]
    const expected = next?.language === 'text' ? next.text : ''
    it(`does ${text.split('\n', 1)[0]}`, async () => {
      const printed = await shell.run(text)
      if (!patternOf(expected).test(printed)) assert.equal(printed, expected)
    })
  }
})
