import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { Hardfork } from '@ethereumjs/common'

import { ethereumRules } from '../../ethereum/forks.ts'
import { execute, runStateTests, type StateTest } from '../../ethereum/state-tests.ts'

const root = path.join(
  process.env['PARS_VECTORS'] ?? path.join(import.meta.dirname, '../../../../shared/vectors'),
  'statetests',
)
type File = Readonly<Record<string, StateTest>>

function read(file: string): File {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as File
}

/** Billions of gas each: `test/tools/state-test.ts` runs them. */
const long = 'VMTests/vmPerformance/**'

describe('the execution core on the GeneralStateTests', function () {
  this.timeout(120_000)

  before(function () {
    if (!existsSync(root)) {
      process.stdout.write(`pending: no vectors at ${root}, set PARS_VECTORS\n`)
      this.skip()
    }
  })

  it('gives the state root and the logs of every test but the longest', async () => {
    const failures: string[] = []
    let passed = 0
    for (const file of globSync('**/*.json', { cwd: root, exclude: [long] })) {
      for await (const verdict of runStateTests(read(file))) {
        if (verdict.failure === undefined) passed++
        else failures.push(`${file} ${JSON.stringify(verdict)}`)
      }
    }
    assert.deepEqual(failures, [])
    assert.ok(passed > 4000)
  })

  it('has one result in the fast interpreter and in the stock one, under every fork of both', async () => {
    const files = globSync('{stCreate2,stRevertTest,stMemoryTest,VMTests/vmTests}/*.json', {
      cwd: root,
    })
    let compared = 0
    for (const fork of [Hardfork.Prague, Hardfork.Osaka]) {
      const rules = ethereumRules(1n, fork)
      for (const file of files.filter((_, index) => index % 5 === 0)) {
        for (const [name, test] of Object.entries(read(file))) {
          const entry = test.post['Cancun']?.at(-1)
          if (entry === undefined) continue
          const fast = await execute(test, entry, rules)
          const stock = await execute(test, entry, rules, { stock: true })
          assert.deepEqual(fast, stock, `${name} under ${fork}`)
          compared++
        }
      }
    }
    assert.ok(compared > 50)
  })
})
