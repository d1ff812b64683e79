/** The package as npm installs it from its tarball, in projects that have no checkout. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { npm, repository } from '../examples/project.ts'
import { type Ended, Run } from '../ground/checkout.ts'
import { isRegistryAway, lacking, registryAway } from '../lacking.ts'
import { blocksOf } from './guide.ts'
import { Bench } from './node.ts'

const blocks = blocksOf('docs/guides/dapp.md')

describe('Pars installed from its tarball', function () {
  this.timeout(300_000)

  const bench = new Bench()
  const running: Run[] = []
  const application = bench.path('first-application')
  const environment: Record<string, string | undefined> = {
    ...process.env,
    HOME: bench.path(),
    // A reader's own, with no word of the npm that runs the tests.
    PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    PARS_PORT: '0',
    npm_config_cache: npm(repository, 'config', 'get', 'cache').trim(),
    npm_config_ignore_scripts: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    // Without a registry the answer is to come soon, unless everything hangs on it.
    npm_config_fetch_retries: process.env['CI'] === 'true' ? '2' : '0',
    npm_config_fetch_timeout: '60000',
  }

  function shell(folder: string, commands: string): Run {
    const run = new Run('sh', ['-e', '-c', commands], { cwd: folder, env: environment })
    running.push(run)
    return run
  }

  async function done(folder: string, commands: string): Promise<string> {
    const { code, stdout, stderr } = await shell(folder, commands).ended
    assert.equal(code, 0, stdout + stderr)
    return stdout
  }

  before(async function () {
    const script = path.join(repository, 'scripts/build.ts')
    const built = await new Run(process.execPath, [script, bench.path('dist')], {}).ended
    assert.equal(built.code, 0, built.stdout + built.stderr)
    environment['PARS'] = bench.path(npm(bench.path(), 'pack', './dist').trim())
    mkdirSync(application)
    const install = blocks.find(({ text }) => text.includes('npm install'))?.text ?? ''
    const [, packages] = /^npm init --yes\nnpm install \.\.\/pars (.*)$/m.exec(install) ?? []
    assert.ok(packages)
    const commands = `npm init --yes\nnpm install "$PARS" ${packages}`
    assertInstalled(await shell(application, commands).ended, this)
    for (const { file, text } of blocks) {
      if (file !== undefined) writeFileSync(path.join(application, file), text)
    }
    await done(application, 'npx pars init --dev --chain-id 7227 --name installed --block-ms 100')
    const node = shell(application, 'exec npx pars dev --genesis genesis.json --data chain')
    let said = ''
    node.child.stdout?.on('data', (data) => (said += String(data)))
    await node.said('network id')
    environment['PARS_RPC'] = /JSON-RPC\s+(http:\S+)/.exec(said)?.[1]
  })
  after(async () => {
    for (const { child } of running) child.kill('SIGTERM')
    await Promise.all(running.map(({ ended }) => ended))
    await bench[Symbol.asyncDispose]()
  })

  for (const [index, { language, text }] of blocks.entries()) {
    if (language !== 'sh' || !/^node \S+\n$/.test(text)) continue
    it(`runs ${text.trim()} of the guide for applications`, async () => {
      assert.equal(await done(application, text), blocks[index + 1]?.text)
    })
  }

  it('tests a new precompile as the CI that pars precompile new writes does', async function () {
    const authors = bench.path('authors')
    mkdirSync(authors)
    const pars = path.join(application, 'node_modules/.bin/pars')
    await done(authors, `'${pars}' precompile new board --stateful`)
    const board = path.join(authors, 'board')
    const workflow = readFileSync(path.join(board, '.github/workflows/test.yml'), 'utf8')
    const steps = Array.from(workflow.matchAll(/^ +- run: (.*)$/gm), ([, step = '']) => step)
    assert.equal(steps.length, 2)
    const manifest = readFileSync(path.join(board, 'package.json'), 'utf8')
    const [install = '', test = ''] = steps
    assertInstalled(await shell(board, install).ended, this)
    assert.match(await done(board, test), /All checks hold[^]*\n.* pass 1\n/)
    assert.equal(readFileSync(path.join(board, 'package.json'), 'utf8'), manifest)
    const forgotten = await shell(board, `unset PARS\n${install}`).ended
    assert.match(forgotten.stderr, /PARS: set it to a tarball of Pars/)
    assert.notEqual(forgotten.code, 0)
  })

  for (const example of ['blake2b', 'counter']) {
    it(`tests the example ${example}, whose CI is the same`, async () => {
      const folder = bench.path(example)
      cpSync(path.join(repository, 'examples', example), folder, { recursive: true })
      const bin = path.join(application, 'node_modules/.bin')
      const tested = await done(folder, `PATH='${bin}':"$PATH" npm test`)
      assert.match(tested, /All checks hold[^]*\n.* fail 0\n/)
      const template = 'node/commands/precompile/templates/pure.md'
      const workflow = readFileSync(path.join(folder, '.github/workflows/test.yml'), 'utf8')
      assert.ok(
        readFileSync(path.join(repository, template), 'utf8').includes(`\n${workflow}\`\`\`\``),
      )
    })
  }
})

function assertInstalled({ code, stdout, stderr }: Ended, context: Mocha.Context): void {
  lacking(context, code !== 0 && isRegistryAway(stderr) ? registryAway : undefined)
  assert.equal(code, 0, stdout + stderr)
}
