/** Tab in real shells. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

import { exitCodes } from '../../node/exit-codes.ts'
import { assertRefused, Bench } from '../e2e/node.ts'
import { noTerminals, Terminal } from '../e2e/terminal.ts'
import { lacking } from '../lacking.ts'

const run = promisify(execFile)

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0
}

describe('completion', function () {
  this.timeout(60_000)

  const bench = new Bench()
  const scripts = new Map<string, string>()
  before(async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout, stderr } = await bench.run('completion', shell)
      assert.equal(code, 0, stderr)
      scripts.set(shell, bench.path(`pars.${shell}`))
      writeFileSync(bench.path(`pars.${shell}`), stdout)
    }
    mkdirSync(bench.path('here', 'own-folder'), { recursive: true })
    writeFileSync(bench.path('here', 'own-genesis.json'), '')
  })
  after(() => bench[Symbol.asyncDispose]())

  it('refuses shells that it does not know', async () => {
    assertRefused(await bench.run('completion', 'csh'), exitCodes.usage, /bash, zsh, fish/)
    assertRefused(await bench.run('completion'), exitCodes.usage, /missing required argument/)
  })

  const presses: readonly (readonly [typed: string, shown: RegExp])[] = [
    ['acc', /pars account$/m],
    ['account recovery st', /pars account recovery start$/m],
    ['run --gene', /pars run --genesis$/m],
    ['run --genesis own-g', /pars run --genesis own-genesis\.json/],
    ['run --data own-', /pars run --data own-folder\//],
    ['dev --log-format j', /pars dev --log-format json/],
    ['completion f', /pars completion fish/],
    ['genesis show own-g', /pars genesis show own-genesis\.json/],
    ['account list --js', /pars account list --json/],
  ]

  for (const [typed, shown] of presses) {
    it(`gives bash the rest of "pars ${typed}"`, async function () {
      if (process.platform === 'win32' || !isInstalled('bash')) this.skip()
      lacking(this, noTerminals)
      const shell = ['bash', '--noprofile', '--norc', '-i']
      await using terminal = await Terminal.open(shell, bench.path('here'))
      await terminal.type(`source '${scripts.get('bash')}' && PS1='ready> '`)
      await terminal.press('Enter')
      await terminal.shows(/^ready>$/m)
      await terminal.type(`pars ${typed}`)
      await terminal.press('Tab')
      await terminal.shows(shown)
    })
  }

  for (const shell of ['zsh', 'fish']) {
    it(`is a script that ${shell} can read`, async function () {
      if (!isInstalled(shell)) this.skip()
      await run(shell, ['-n', scripts.get(shell)!])
    })
  }
})
