import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { fixed } from '#base'
import { formatGenesis, preset } from '#genesis'

import { checkNetwork } from '../../../chain/engine/setup.ts'

const plain = formatGenesis(preset('devnet'))

/** What a node does at its start whose operator lists `modules`. */
function listed(modules: readonly string[], project: string | undefined): Promise<void> {
  return checkNetwork({ genesis: plain, modules, project })
}

describe('a network whose genesis runs a package', () => {
  it('is refused where nobody says in which project to look for it', async () => {
    const genesis = preset('devnet')
    const [entry] = genesis.precompiles
    assert(entry !== undefined)
    const module = {
      ...entry,
      name: 'stranger',
      address: fixed(0x0700, 20),
      module: 'pars-stranger',
      integrity: `sha512-${'A'.repeat(86)}==`,
    }
    const text = formatGenesis({ ...genesis, precompiles: [...genesis.precompiles, module] })
    await assert.rejects(checkNetwork({ genesis: text, modules: ['pars-stranger'] }), {
      code: 'CHAIN_PROJECT_MISSING',
    })
  })
})

describe('a package that an operator lists for an upgrade to come', () => {
  let project = ''
  beforeEach(() => (project = mkdtempSync(path.join(tmpdir(), 'pars-later-'))))
  afterEach(() => rmSync(project, { recursive: true, force: true }))

  it('is looked for where the operator says, and needs that to be said', async () => {
    await assert.rejects(listed(['blake2b'], undefined), {
      code: 'CHAIN_PROJECT_MISSING',
      message: /name the folder of the one that has blake2b installed/,
    })
    await assert.rejects(listed(['blake2b'], project), {
      code: 'PRECOMPILE_NOT_INSTALLED',
      message: /npm install/,
    })
    const home = path.join(project, 'node_modules/blake2b')
    cpSync(path.join(import.meta.dirname, '../../../examples/blake2b'), home, { recursive: true })
    await listed(['blake2b'], project)
    await assert.rejects(listed(['blake2b', 'counter'], project), {
      code: 'PRECOMPILE_NOT_INSTALLED',
      message: /counter/,
    })
  })

  it('has to be a precompile, though nothing runs it yet', async () => {
    const home = path.join(project, 'node_modules/nothing')
    mkdirSync(home, { recursive: true })
    writeFileSync(path.join(home, 'package.json'), '{"type":"module","main":"index.js"}')
    writeFileSync(path.join(home, 'index.js'), 'export default 1\n')
    await assert.rejects(listed(['nothing'], project), { code: 'PRECOMPILE_SHAPE' })
  })
})
