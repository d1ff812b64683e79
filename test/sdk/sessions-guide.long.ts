/** docs/guides/sessions.md, done as a reader would do it: files saved, commands run, output compared. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { blocksOf, patternOf } from '../e2e/guide.ts'
import { Bench } from '../e2e/node.ts'
import { Shell } from '../e2e/shell.ts'

const root = path.join(import.meta.dirname, '../..')

describe('the guide for session keys', function () {
  this.timeout(120_000)

  const blocks = blocksOf('docs/guides/sessions.md')
  const bench = new Bench()
  const folder = bench.path('sessions')
  const packages = path.join(folder, 'node_modules')
  let shell: Shell

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const bin = bench.path('bin')
    for (const one of [bin, packages]) mkdirSync(one, { recursive: true })
    const npx = path.join(bin, 'npx')
    const cli = path.join(root, 'node/cli.ts')
    writeFileSync(npx, `#!/bin/sh\nshift\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(npx, 0o755)
    const genesis = await bench.network('sessions')
    const { url } = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
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
    if (language !== 'sh') continue
    const install = /^npm install (\S+) (.*)$/m.exec(text)
    if (install !== null) {
      const [, checkout, wanted = ''] = install
      it('installs packages that this release is tested with', () => {
        assert.equal(checkout, '../pars')
        symlinkSync(root, path.join(packages, 'pars'))
        for (const one of wanted.split(' ')) {
          const [name = '', version] = one.split('@')
          const place = path.join(root, 'node_modules', name)
          const installed = readFileSync(path.join(place, 'package.json'), 'utf8')
          assert.equal(version, (JSON.parse(installed) as { version: string }).version)
          symlinkSync(place, path.join(packages, name))
        }
      })
      continue
    }
    const expected = blocks[index + 1]
    it(`does ${text.split('\n', 1)[0]}`, async () => {
      assert.equal(expected?.language, 'text')
      const printed = await shell.run(text)
      if (!patternOf(expected.text).test(printed)) assert.equal(printed, expected.text)
    })
  }
})
