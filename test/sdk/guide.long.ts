/** docs/guides/dapp.md, done as a reader would do it: files saved, commands run, output compared. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { blocksOf } from '../e2e/guide.ts'
import { Bench, type Node } from '../e2e/node.ts'

const root = path.join(import.meta.dirname, '../..')
const guide = readFileSync(path.join(root, 'docs/guides/dapp.md'), 'utf8')

const blocks = blocksOf('docs/guides/dapp.md')

const run = promisify(execFile)

describe('the guide for applications', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const folder = bench.path('first-application')
  let node: Node

  before(async () => {
    const genesis = await bench.network('guide')
    node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    mkdirSync(path.join(folder, 'node_modules'), { recursive: true })
    for (const { file, text } of blocks) {
      if (file !== undefined) writeFileSync(path.join(folder, file), text)
    }
  })
  after(() => bench[Symbol.asyncDispose]())

  it('installs packages that this release is tested with', () => {
    const [, line = ''] = /^npm install (.*)$/m.exec(guide) ?? []
    const { devDependencies } = JSON.parse(
      readFileSync(path.join(root, 'package.json'), 'utf8'),
    ) as { devDependencies: Record<string, string> }
    const [checkout, ...packages] = line.split(' ')
    assert.equal(checkout, '../pars')
    assert.equal(packages.length, 3)
    // As npm does with a folder; the registry's packages are those of the checkout.
    symlinkSync(root, path.join(folder, 'node_modules/pars'))
    for (const wanted of packages) {
      const [name = '', version] = wanted.split('@')
      assert.equal(version, devDependencies[name])
      symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name))
    }
  })

  for (const [index, { language, text }] of blocks.entries()) {
    const [, script] = /^node (\S+)\n$/.exec(text) ?? []
    if (language !== 'sh' || script === undefined) continue
    it(`prints what it says for node ${script}`, async () => {
      const expected = blocks[index + 1]
      assert.equal(expected?.language, 'text')
      const { stdout } = await run(process.execPath, [script], {
        cwd: folder,
        env: { ...process.env, PARS_RPC: node.url },
      })
      assert.equal(stdout, expected.text)
    })
  }

  it('has every script of its own run', () => {
    const scripts = blocks.flatMap(({ file }) => (file?.endsWith('.mjs') === true ? [file] : []))
    const others = scripts.filter((file) => !guide.includes(`\nnode ${file}\n`))
    assert.deepEqual(others, ['network.mjs'])
  })
})
