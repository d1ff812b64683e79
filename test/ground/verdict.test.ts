import assert from 'node:assert/strict'
import path from 'node:path'

import { type Report, summary } from '../../scripts/reporter.ts'
import { objections, vectorSuites } from '../../scripts/verdict.ts'
import { Checkout, repository, type Run } from './checkout.ts'

const suites = ['test/a.test.ts']

function report(...outcomes: readonly Report[number]['outcome'][]): Report {
  return outcomes.map((outcome) => ({ file: 'test/a.test.ts', title: 'one', outcome }))
}

function runMocha(project: Checkout, environment: Readonly<Record<string, string>> = {}): Run {
  const mocha = path.join(repository, 'node_modules/mocha/bin/mocha.js')
  const reporter = path.join(repository, 'scripts/reporter.ts')
  const args = [mocha, '--extension', 'test.ts', '--reporter', reporter, 'test']
  const variables = { PARS_TEST_REPORT: project.file('report.json'), ...environment }
  return project.spawn(process.execPath, args, variables)
}

describe('verdict on a test run', function () {
  this.timeout(30_000)

  it('accepts vector suites that ran whole', () => {
    assert.deepEqual(objections(suites, report('passed', 'passed')), [])
  })

  it('objects to a vector suite that skipped, had no test, or was not loaded', () => {
    assert.deepEqual(objections(suites, report('passed', 'skipped')), [
      'test/a.test.ts: skipped: one',
    ])
    assert.deepEqual(objections(suites, report('skipped')), ['test/a.test.ts: no vector ran'])
    assert.deepEqual(objections(suites, []), ['test/a.test.ts: no vector ran'])
  })

  it('knows the suites that read external vectors', () => {
    using project = new Checkout()
    const name = ['PARS', 'VECTORS'].join('_')
    const reading = `const folder = process.env['${name}']`
    project.write('test/a.test.ts', reading)
    project.write('test/b.test.ts', `import { vectors } from './c.ts'`)
    project.write('test/c.ts', `export ${reading}`)
    project.write('test/d.test.ts', `import assert from 'node:assert'`)
    assert.deepEqual(vectorSuites(project.root), ['test/a.test.ts', 'test/b.test.ts'])
  })

  it('closes a run with its numbers, alone on the last line, and reports each test', async () => {
    using project = new Checkout()
    project.write(
      'test/a.test.ts',
      `it('passes', () => {}); it('fails', () => { throw new Error('no') }); it.skip('waits')`,
    )
    const { code, stdout } = await runMocha(project).ended
    assert.equal(code, 1)
    assert.equal(stdout.trimEnd().split('\n').at(-1), '1 passed, 1 failed, 1 skipped')
    const written = JSON.parse(project.read('report.json')) as Report
    assert.equal(summary(written), '1 passed, 1 failed, 1 skipped')
    assert.deepEqual(new Set(written.map(({ file }) => file)), new Set(['test/a.test.ts']))
  })

  it('fails where all tests must run and something is missing, which is pending elsewhere', async () => {
    using project = new Checkout()
    const lacking = path.join(repository, 'test/lacking.ts')
    project.write(
      'test/a.test.ts',
      `import { lacking } from ${JSON.stringify(lacking)}
       it('needs nothing', function () { lacking(this, undefined) })
       it('needs a browser', function () { lacking(this, 'no browser') })`,
    )
    const elsewhere = await runMocha(project, { CI: '' }).ended
    assert.equal(elsewhere.code, 0)
    assert.match(elsewhere.stdout, /needs a browser \(pending: no browser\)/)
    assert.match(elsewhere.stdout, /1 passed, 0 failed, 1 skipped\n$/)
    const must = await runMocha(project, { CI: 'true' }).ended
    assert.notEqual(must.code, 0)
    assert.match(must.stdout, /1 passed, 1 failed, 0 skipped\n$/)
  })

  it('counts a run without a report as failed', async () => {
    using project = new Checkout()
    const verdict = path.join(repository, 'scripts/verdict.ts')
    const run = project.spawn(process.execPath, [verdict, project.file('none.json')])
    const { code, stdout } = await run.ended
    assert.deepEqual([code, stdout], [1, '0 passed, 1 failed, 0 skipped\n'])
  })
})
