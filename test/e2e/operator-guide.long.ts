/** docs/guides/operator.md, done as its reader would, in one shell. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { freePorts } from './cluster.ts'
import { blocksOf, patternOf } from './guide.ts'
import { Bench } from './node.ts'
import { Shell } from './shell.ts'

const cli = path.join(import.meta.dirname, '../../node/cli.ts')

describe('the guide for operators', function () {
  this.timeout(120_000)

  const blocks = blocksOf('docs/guides/operator.md')
  const bench = new Bench()
  const folder = bench.path('operator')
  let port = 0
  let shell: Shell

  before(async function () {
    if (process.platform === 'win32') this.skip()
    const bin = bench.path('bin')
    for (const one of [folder, bin]) mkdirSync(one, { recursive: true })
    writeFileSync(path.join(bin, 'pars'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(path.join(bin, 'pars'), 0o755)
    port = await freePorts(1)
    shell = new Shell(folder, {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    })
  })
  after(async () => {
    const pid = path.join(folder, 'pid')
    if (existsSync(pid)) {
      try {
        process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL')
      } catch {
        // It has ended, as the guide says.
      }
    }
    await shell?.[Symbol.asyncDispose]()
    await bench[Symbol.asyncDispose]()
  })

  for (const [index, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue
    const [first = ''] = text.split('\n')
    const next = blocks[index + 1]
    const expected = next?.language === 'text' ? next.text : undefined
    it(`says what becomes of ${first}`, async () => {
      const output = await shell.run(text.replaceAll('8545', String(port)))
      if (expected === undefined) assert.doesNotMatch(output, /^pars: |"exitCode"/m)
      else assert.match(output, patternOf(expected))
    })
  }
})
