/** A guide done in one shell as its reader would, where `pars` is this checkout's. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { blocksOf, patternOf } from './guide.ts'
import { Bench } from './node.ts'
import { Shell } from './shell.ts'

const cli = path.join(import.meta.dirname, '../../node/cli.ts')

/**
 * Registers a test for each block of `sh`; the block of `text` after one is what it prints.
 *
 * @param file From the root of the repository.
 * @param adapted What the shell is given in place of what stands there.
 */
export function followInShell(
  file: string,
  adapted: (text: string) => string = (text) => text,
): void {
  const blocks = blocksOf(file)
  const bench = new Bench()
  const folder = bench.path('guide')
  let shell: Shell

  before(function () {
    if (process.platform === 'win32') this.skip()
    const bin = bench.path('bin')
    for (const one of [folder, bin]) mkdirSync(one, { recursive: true })
    writeFileSync(path.join(bin, 'pars'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`)
    chmodSync(path.join(bin, 'pars'), 0o755)
    shell = new Shell(folder, {
      ...process.env,
      HOME: bench.path('home'),
      PATH: [bin, path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    })
  })
  after(async () => {
    endAllIn(folder)
    await shell?.[Symbol.asyncDispose]()
    await bench[Symbol.asyncDispose]()
  })

  for (const [index, { language, text }] of blocks.entries()) {
    if (language !== 'sh') continue
    const [first = ''] = text.split('\n')
    const next = blocks[index + 1]
    const expected = next?.language === 'text' ? next.text : undefined
    it(`says what becomes of ${first}`, async () => {
      const output = await shell.run(adapted(text))
      if (expected === undefined) assert.doesNotMatch(output, /^pars: |"exitCode"/m)
      else assert.match(output, patternOf(expected))
    })
  }
}

/** What the guide has started and, where a block failed, not ended: their numbers are in files. */
function endAllIn(folder: string): void {
  for (const name of readdirSync(folder).filter((file) => /(?:^|\.)pid$/.test(file))) {
    try {
      process.kill(Number(readFileSync(path.join(folder, name), 'utf8')), 'SIGKILL')
    } catch {
      // It has ended, as the guide says.
    }
  }
}
