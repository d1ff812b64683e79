/** A precompile of one's own with the package as it is published, in a project that has no checkout. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'

import { install, makeProject, npm, repository } from '../examples/project.ts'
import { Run } from '../ground/checkout.ts'
import { Bench } from './node.ts'

describe('precompiles with the published package', function () {
  this.timeout(180_000)

  const bench = new Bench()
  const runs: Run[] = []
  const project = bench.path('project')
  const modules = bench.path('node_modules')

  /** The command of the package, in the project. */
  function pars(...parameters: readonly string[]): Run {
    const program = path.join(modules, 'pars/bin/pars.js')
    const run = new Run(process.execPath, [program, ...parameters], {
      cwd: project,
      env: { ...process.env, HOME: bench.path(), PARS_PORT: '0' },
    })
    runs.push(run)
    return run
  }

  async function done(...parameters: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await pars(...parameters).ended
    assert.equal(code, 0, stdout + stderr)
    return stdout
  }

  before(async () => {
    makeProject(project)
    // One folder above the project, where Node looks too: npm would install it from the registry.
    mkdirSync(path.join(modules, 'pars'), { recursive: true })
    const script = path.join(repository, 'scripts/build.ts')
    const dist = bench.path('dist')
    const built = await new Run(process.execPath, [script, dist], {}).ended
    assert.equal(built.code, 0, built.stdout + built.stderr)
    const tarball = npm(bench.path(), 'pack', dist).trim().split('\n').at(-1) ?? ''
    const target = path.join(modules, 'pars')
    const unpacked = await new Run(
      'tar',
      ['-xzf', bench.path(tarball), '-C', target, '--strip-components=1'],
      {},
    ).ended
    assert.equal(unpacked.code, 0, unpacked.stderr)
    const manifest = JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8')) as {
      dependencies: Readonly<Record<string, string>>
    }
    for (const name of Object.keys(manifest.dependencies)) {
      const place = path.join(modules, name)
      mkdirSync(path.dirname(place), { recursive: true })
      symlinkSync(path.join(repository, 'node_modules', name), place, 'junction')
    }
  })
  after(async () => {
    for (const { child } of runs) child.kill('SIGKILL')
    await bench[Symbol.asyncDispose]()
  })

  it('are written, tested, installed, scheduled and run', async () => {
    await done('precompile', 'new', 'board', '--stateful')
    assert.match(await done('precompile', 'test', './board'), /All checks hold/)
    install(project, './board')
    await done('precompile', 'test', 'board')
    await done('init', '--dev', '--chain-id', '7227', '--name', 'packed', '--block-ms', '100')
    const added = JSON.parse(
      await done('genesis', 'add-precompile', 'genesis.json', 'board', '--json'),
    ) as { readonly address: string }

    const refused = await pars('dev', '--genesis', 'genesis.json', '--data', 'chain').ended
    assert.equal(refused.code, 5)
    assert.match(refused.stderr, /PRECOMPILE_NOT_ALLOWED/)

    const flags = ['--genesis', 'genesis.json', '--data', 'chain', '--plugins', 'board']
    const running = pars('dev', ...flags)
    let said = ''
    running.child.stdout?.on('data', (data) => (said += String(data)))
    await running.said('network id')
    const [, url = ''] = /JSON-RPC\s+(http:\S+)/.exec(said) ?? []
    const ask = async <Result>(method: string, ...params: readonly unknown[]): Promise<Result> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const answer = (await response.json()) as { readonly result?: Result }
      assert.ok(answer.result !== undefined, JSON.stringify(answer))
      return answer.result
    }
    const [from] = await ask<readonly [string]>('eth_accounts')
    const to = added.address
    const word = '5a'.repeat(32)
    const sent = { from, to, gas: '0x186a0', data: `0xdb80813f${word}` }
    const hash = await ask('eth_sendTransaction', sent)
    let receipt: { readonly logs: readonly { readonly data: string }[] } | null = null
    while (receipt === null) receipt = await ask('eth_getTransactionReceipt', hash)
    assert.equal(receipt.logs[0]?.data, `0x${word}`)
    for (const [account, answer] of [
      [from.slice(2), word],
      ['a'.repeat(40), '0'.repeat(64)],
    ]) {
      const data = `0xc2bc2efc${'0'.repeat(24)}${account}`
      assert.equal(await ask('eth_call', { to, data }, 'latest'), `0x${answer}`)
    }
    running.child.kill('SIGTERM')
    assert.equal((await running.ended).code, 0)
  })
})
