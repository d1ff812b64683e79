/** docs/guides/precompile.md, done as a reader would do it: files saved, commands run, output compared. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { repository } from '../examples/project.ts'
import { hostNpm } from '../ground/checkout.ts'
import { blocksOf } from './guide.ts'
import { Bench } from './node.ts'

const guide = readFileSync(path.join(repository, 'docs/guides/precompile.md'), 'utf8')

const blocks = blocksOf('docs/guides/precompile.md')

describe('the guide for precompiles', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const home = bench.path()
  const folder = bench.path('first-precompile')
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    PATH: [bench.path('bin'), path.dirname(process.execPath), process.env['PATH']].join(':'),
    PARS_PORT: '0',
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  let node: ChildProcess | undefined
  let integrity: string | undefined

  before(() => {
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'package.json'), '{"name":"first-precompile"}')
    // The registry's packages are those of the checkout, one folder above, where Node looks too:
    // what npm installs leaves them alone there.
    for (const name of ['viem', 'solc']) link(path.join(repository, 'node_modules', name), name)
    link(repository, 'pars')
    script('node_modules/.bin/pars', `"${process.execPath}" "${repository}/node/cli.ts"`)
    script('bin/npm', `"${process.execPath}" "${hostNpm}"`)
    script('bin/npx', `"${process.execPath}" "${path.join(path.dirname(hostNpm), 'npx-cli.js')}"`)
  })
  after(async () => {
    if (node?.pid !== undefined) process.kill(-node.pid, 'SIGKILL')
    await bench[Symbol.asyncDispose]()
  })

  function link(target: string, name: string): void {
    mkdirSync(bench.path('node_modules'), { recursive: true })
    symlinkSync(target, bench.path('node_modules', name))
  }

  function script(name: string, command: string): void {
    const file = bench.path(name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `#!/bin/sh\nexec ${command} "$@"\n`)
    chmodSync(file, 0o755)
  }

  function shell(text: string): ChildProcess {
    return spawn('sh', ['-e', '-c', text], { cwd: folder, env: environment, detached: true })
  }

  async function run(text: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = shell(text)
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (data) => (stdout += String(data)))
    child.stderr?.on('data', (data) => (stderr += String(data)))
    const [code] = (await once(child, 'close')) as [number]
    return { code, stdout, stderr }
  }

  /** Starts a node and waits until it says where it answers. */
  async function start(text: string): Promise<void> {
    node = shell(text)
    let said = ''
    for await (const data of node.stdout!) {
      said += String(data)
      const [, url] = /JSON-RPC\s+(http:\S+)/.exec(said) ?? []
      if (url === undefined) continue
      environment['PARS_RPC'] = url
      return
    }
    assert.fail(`ended: ${said}`)
  }

  it('installs packages that this release is tested with', () => {
    const [, line = ''] = /^npm install (.*)$/m.exec(guide) ?? []
    const { devDependencies } = JSON.parse(
      readFileSync(path.join(repository, 'package.json'), 'utf8'),
    ) as { devDependencies: Record<string, string> }
    const [checkout, ...packages] = line.split(' ')
    assert.equal(checkout, '../pars')
    for (const wanted of packages) {
      const [name = '', version] = wanted.split('@')
      assert.equal(version, devDependencies[name])
    }
  })

  for (const [index, { language, file, text }] of blocks.entries()) {
    if (file !== undefined) {
      it(`has ${file} saved`, () => writeFileSync(path.join(folder, file), text))
      continue
    }
    if (language !== 'sh' || text.includes('npm install ../pars')) continue
    const expected = blocks[index + 1]?.language === 'text' ? blocks[index + 1]!.text : undefined
    const [first = ''] = text.split('\n', 1)
    it(`does ${first}`, async () => {
      if (first.startsWith('npx pars dev') && expected === undefined) return start(text)
      const { code, stdout, stderr } = await run(text)
      if (expected === undefined) integrity = stdout
      else if (code === 0) assertPrinted(stdout, expected)
      else assertPrinted(stderr, expected)
      assert.equal(code === 0, expected?.startsWith('pars: ') !== true, stderr)
    })
  }

  it('gives the integrity that the genesis names', () => {
    const genesis = readFileSync(path.join(folder, 'genesis.json'), 'utf8')
    assert.match(integrity ?? '', /^[\w+/]{86}==$/)
    assert.ok(genesis.includes(`"integrity": "sha512-${integrity}"`))
  })

  it('writes a package whose own tests pass too', async () => {
    const { code, stdout, stderr } = await run('cd crc32 && npm test')
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /agrees with zlib/)
  })
})

/** `…` in the guide stands for one word. */
function assertPrinted(printed: string, expected: string): void {
  const literal = expected.split('…').map((part) => RegExp.escape(part))
  const pattern = new RegExp(`^${literal.join('[\\w+/=-]+')}$`)
  // What npm thinks of the settings of this machine is no part of the page.
  const shown = printed.replaceAll(/^npm warn .*\n/gm, '')
  if (!pattern.test(shown)) assert.equal(shown, expected)
}
