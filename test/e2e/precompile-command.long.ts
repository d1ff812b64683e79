/** `pars precompile`: packages written, tested, and refused with the reason. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { keccak256, toHex } from 'viem'

import { install, makeProject, npm, parsIn, repository } from '../examples/project.ts'
import { compile } from '../precompiles/compile.ts'
import { assertRefused, Bench, type Ended } from './node.ts'

interface Report {
  readonly package: string
  readonly version: string
  readonly passed: boolean
  readonly seed: string
  readonly checks: readonly { readonly name: string; readonly problem?: string }[]
  readonly entry?: Readonly<Record<string, unknown>>
}

describe('pars precompile', function () {
  this.timeout(120_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())
  const project = bench.path('project')
  const written = new Map<string, string>()

  before(async () => {
    makeProject(project)
    for (const [name, ...flags] of [
      ['byte-sum'],
      ['word-board', '--stateful', '--address', '0x0000000000000000000000000000000000000Abc'],
    ]) {
      const folder = bench.path('packages', name!)
      mkdirSync(path.dirname(folder), { recursive: true })
      const { code, stderr } = await parsIn(
        path.dirname(folder),
        'precompile',
        'new',
        name!,
        ...flags,
      )
      assert.equal(code, 0, stderr)
      written.set(name!, folder)
      install(project, folder)
    }
  })

  async function report(...parameters: readonly string[]): Promise<Report & Pick<Ended, 'code'>> {
    const { code, stdout } = await bench.run('precompile', 'test', '--json', ...parameters)
    return { ...(JSON.parse(stdout) as Report), code }
  }

  it('new writes packages that pass at once, the same installed as in their folder', async () => {
    for (const [name, folder] of written) {
      const source = await report(folder, '--seed', 'same')
      assert.deepEqual(
        source.checks.filter(({ problem }) => problem !== undefined),
        [],
      )
      assert.ok(source.passed && source.code === 0)
      assert.deepEqual(await report(name, '--project', project, '--seed', 'same'), source)
      const { entry } = source
      assert.equal(entry?.['module'], name)
      assert.match(String(entry['integrity']), /^sha512-[A-Za-z0-9+/]{86}==$/)
    }
  })

  it('new writes packages whose own tests pass', async () => {
    for (const folder of written.values()) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--test'], { cwd: folder })
      assert.match(stdout, /pass 1\n.*fail 0\n/)
    }
  })

  it('new takes an address, and else gives each name its own', async () => {
    const { entry: given } = await report(written.get('word-board')!)
    assert.equal(given?.['address'], '0x0000000000000000000000000000000000000abc')
    const { entry: own } = await report(written.get('byte-sum')!)
    assert.equal(own?.['address'], `0x${keccak256(toHex('pars/precompile/byte-sum')).slice(26)}`)
  })

  it('new writes Solidity that compiles and speaks the ABI of the precompile', () => {
    const read = (name: string, file: string) =>
      readFileSync(path.join(written.get(name)!, file), 'utf8')
    assert.match(read('byte-sum', 'IByteSum.sol'), /^library ByteSum \{$/m)
    const place = path.relative(repository, path.join(written.get('word-board')!, 'IWordBoard.sol'))
    const { IWordBoard } = compile(place)
    const abi = JSON.parse(read('word-board', 'abi.json')) as readonly object[]
    assert.deepEqual(names(IWordBoard!.abi), names(abi))
    const library = path.relative(repository, path.join(written.get('byte-sum')!, 'IByteSum.sol'))
    assert.ok('ByteSum' in compile(library))
  })

  it('new refuses bad names, names of Pars, existing folders and addresses of Ethereum', async () => {
    const folder = path.dirname(written.get('byte-sum')!)
    const attempt = (...parameters: readonly string[]) =>
      parsIn(folder, 'precompile', 'new', ...parameters)
    for (const name of ['Sum', '9sum', 'sum_', '../sum', '', 'a'.repeat(65)]) {
      assertRefused(await attempt(name), 2, /1 to 64 of a-z, 0-9 and -/)
    }
    assertRefused(await attempt('mldsa-65'), 1, /NODE_PRECOMPILE_NAME \(name=mldsa-65\)/)
    assertRefused(
      await attempt('byte-sum', '--stateful'),
      1,
      /NODE_FILE \(file=byte-sum, reason=EEXIST\)/,
    )
    assert.ok(!existsSync(path.join(folder, 'byte-sum/abi.json')))
    const low = `0x${'0'.repeat(38)}09`
    assertRefused(await attempt('low', '--address', low), 2, /0x0200 or above/)
    for (const own of ['601', '606', '610']) {
      const address = `0x${own.padStart(40, '0')}`
      const refused = await attempt('low', '--address', address)
      assertRefused(refused, 1, new RegExp(`NODE_PRECOMPILE_ADDRESS \\(address=${address}\\)`))
    }
    assert.ok(!existsSync(path.join(folder, 'low')))
  })

  let copies = 0
  /** A package that new wrote, with something in it replaced. */
  function changed(
    replace: readonly (readonly [file: string, from: string | RegExp, to: string])[],
    ...flags: readonly string[]
  ): Promise<Report & Pick<Ended, 'code'>> {
    const folder = bench.path(`copy-${copies++}`)
    cpSync(written.get('word-board')!, folder, { recursive: true })
    for (const [name, from, to] of replace) {
      const file = path.join(folder, name)
      const text = readFileSync(file, 'utf8')
      const next = text.replace(from, to)
      assert.notEqual(next, text)
      writeFileSync(file, next)
    }
    return report(folder, ...flags)
  }

  const run = 'run(input, view) {'
  const head = '// The first four'
  const deeds: Readonly<
    Record<string, readonly [check: RegExp, problem: RegExp, ...Parameters<typeof changed>[0]]>
  > = {
    'that answers wrong': [
      /a word for each account/,
      /PRECOMPILE_NONCONFORMING .*expected=.*found=/,
      ['index.js', 'return view.get(', 'return new Uint8Array(32) || view.get('],
    ],
    'that takes value in vain': [
      /takes value only where/,
      /value: set/,
      ['index.js', /if \(view\.value.*\n/, ''],
    ],
    'that looks at the world': [
      /looks at no clock/,
      /it uses Date, Math\.random, process while it runs$/,
      ['index.js', run, `${run} Date.now(); Math.random(); globalThis.process.env.HOME;`],
    ],
    'that keeps the clock and the environment before it runs': [
      /looks at no clock/,
      /it uses Date, process while it is imported$/,
      ['index.js', run, `${run} now(); env.HOME;`],
      ['index.js', head, `const { now } = Date\nconst { env } = globalThis.process\n${head}`],
    ],
    "that asks for Node's modules past its imports": [
      /looks at no clock/,
      /it uses process while it is imported; process while it runs$/,
      ['index.js', run, `${run} globalThis.process.getBuiltinModule('node:fs');`],
      ['index.js', head, `globalThis.process.getBuiltinModule('node:os')\n${head}`],
    ],
    'that is CommonJS': [
      /imports its own files only/,
      /PRECOMPILE_FORMAT \(package=word-board, file=index\.js, format=commonjs\)/,
      ['package.json', '"module"', '"commonjs"'],
      ['index.js', /^[^]*$/, "module.constructor._load('node:fs')\nmodule.exports = {}\n"],
    ],
    'that answers where Pars does': [
      /an address that Pars has not/,
      /Pars uses 0x0{37}606: choose another/,
      ['index.js', /0x[0-9a-f]{40}/, `0x${'0'.repeat(37)}606`],
    ],
    'that has a name of Pars': [
      /a name and an address that Pars has not/,
      /Pars has a precompile called mldsa-65: choose another/,
      ['index.js', "name: 'word-board'", "name: 'mldsa-65'"],
    ],
    'that remembers': [
      /remembers nothing/,
      /other bytes the second time/,
      ['index.js', run, `${run} if (++calls > 2050) return new Uint8Array(1);`],
      ['index.js', '// The first four', 'let calls = 0\n// The first four'],
    ],
    'that differs by its process': [
      /another process/,
      /other bytes/,
      ['index.js', run, `${run} if (zone === 'Pacific/Apia') return new Uint8Array(1);`],
      [
        'index.js',
        '// The first four',
        'const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone\n// The first four',
      ],
    ],
    'that imports a module of Node': [
      /imports its own files only/,
      /PRECOMPILE_IMPORT \(package=word-board, specifier=node:crypto\)/,
      ['index.js', '// @ts-check', `import 'node:crypto'`],
    ],
    'that forgets to publish a file': [
      /imports its own files only/,
      /PRECOMPILE_LOAD .*abi\.json/,
      ['package.json', '    "abi.json",\n', ''],
    ],
    'that has another version than its package': [
      /has the version of its package\.json/,
      /the precompile says 1\.0\.0, package\.json 1\.0\.1/,
      ['package.json', '"1.0.0"', '"1.0.1"'],
    ],
    'that is none': [
      /imports its own files only/,
      /PRECOMPILE_SHAPE .*field=gas\b/,
      ['index.js', 'gas: () =>', 'price: () =>'],
    ],
    'that ends the process': [
      /^ends$/,
      /exit code 3/,
      ['index.js', run, `${run} globalThis.process.exit(3);`],
    ],
    'that throws something else': [
      /agrees with its vectors|survives/,
      /none but a revert or a halt/,
      ['index.js', "throw new PrecompileHalt('unknown", "throw new RangeError('unknown"],
    ],
  }
  for (const [what, [check, problem, ...replace]] of Object.entries(deeds)) {
    it(`test says what is wrong with a package ${what}`, async () => {
      const { checks, passed, code } = await changed(replace)
      assert.ok(!passed)
      assert.equal(code, 1)
      const failed = checks.filter((one) => one.problem !== undefined)
      assert.ok(
        failed.some((one) => check.test(one.name) && problem.test(one.problem!)),
        JSON.stringify(failed, undefined, 2),
      )
    })
  }

  it('test ends a package that does not', async () => {
    const loop: Parameters<typeof changed>[0] = [['index.js', run, `${run} for (;;);`]]
    const { checks, passed, code } = await changed(loop, '--timeout', '2')
    assert.ok(!passed)
    assert.equal(code, 1)
    assert.match(checks.at(-1)?.problem ?? '', /ended with SIGKILL/)
  })

  it('test tells people what failed, and how to see it again', async () => {
    const passed = await bench.run('precompile', 'test', written.get('byte-sum')!)
    assert.equal(passed.code, 0, passed.stderr)
    assert.match(passed.stdout, /^byte-sum 1\.0\.0, seed \w+\n\n(?:✔ .+\n)+\nAll checks hold\./)
    const folder = bench.path('off-by-one')
    cpSync(written.get('word-board')!, folder, { recursive: true })
    const file = path.join(folder, 'vectors.json')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('"gas": 23781', '"gas": 23782'))
    const failed = await bench.run('precompile', 'test', folder, '--seed', 'x')
    assert.match(
      failed.stdout,
      /\n✘ agrees with its vectors: a word for each account\n {4}PRECOMPILE_NONCONFORMING/,
    )
    assertRefused(
      failed,
      1,
      /NODE_PRECOMPILE_FAILED \(package=word-board, failed=\d, seed=x\): .*--seed x/,
    )
  })

  it('test refuses what is no package', async () => {
    const none = await bench.run('precompile', 'test', bench.path())
    assertRefused(none, 5, /PRECOMPILE_MANIFEST \(folder=/)
    const absent = await bench.run('precompile', 'test', 'absent', '--project', bench.path())
    assertRefused(absent, 5, /PRECOMPILE_NOT_INSTALLED \(module=absent/)
    const sources = bench.path('packages')
    const byName = await bench.run('precompile', 'test', 'byte-sum', '--project', sources)
    assertRefused(byName, 5, /name the folder, \.\/byte-sum/)
    assertRefused(await bench.run('precompile', 'test', '.', '--timeout', '0'), 2, /seconds/)
  })

  it('genesis add-precompile refuses what would be no genesis, and changes nothing', async () => {
    const genesis = await bench.network('schedule')
    const add = (...parameters: readonly string[]) =>
      bench.run('genesis', 'add-precompile', genesis, ...parameters, '--project', project)
    const first = await add('byte-sum', '--from', '7', '--json')
    assert.equal(first.code, 0, first.stderr)
    const facts = JSON.parse(first.stdout) as Record<string, unknown>
    assert.equal(facts['from'], 7)
    const other = await bench.network('other')
    const folder = written.get('byte-sum')!
    const second = await bench.run('genesis', 'add-precompile', other, folder)
    assert.equal(second.code, 0, second.stderr)
    assert.ok(
      second.stdout.includes(
        `Install it before: npm pack --ignore-scripts ${folder}\n                   npm install --ignore-scripts ./byte-sum-1.0.0.tgz\nRun it`,
      ),
      second.stdout,
    )
    assert.ok(integrityOf(genesis))
    assert.equal(integrityOf(other), integrityOf(genesis))
    const text = readFileSync(genesis, 'utf8')
    assertRefused(
      await add('byte-sum', '--from', '9'),
      5,
      /GENESIS_INVALID .*schedule a version once/,
    )
    assertRefused(await add('absent'), 5, /PRECOMPILE_NOT_INSTALLED/)
    assert.equal(readFileSync(genesis, 'utf8'), text)
    const squatter = bench.path('squatter')
    cpSync(folder, squatter, { recursive: true })
    const index = path.join(squatter, 'index.js')
    const source = readFileSync(index, 'utf8')
    writeFileSync(index, source.replace(/0x[0-9a-f]{40}/, `0x${'0'.repeat(37)}601`))
    assertRefused(
      await bench.run('genesis', 'add-precompile', await bench.network('squatted'), squatter),
      5,
      /GENESIS_INVALID \(count=1, problems=precompiles\.byte-sum@1\.0\.0: .* that mldsa-verify has not\)/,
    )
    const schedule = ['devnet', 'byte-sum', '--project', project]
    const preset = await bench.run('genesis', 'add-precompile', ...schedule)
    assertRefused(preset, 5, /GENESIS_UNREADABLE \(file=devnet, reason=ENOENT\)/)
  })

  it('genesis add-precompile takes a second version of a package under an alias', async () => {
    const genesis = await bench.network('versions')
    const next = bench.path('next')
    cpSync(written.get('byte-sum')!, next, { recursive: true })
    for (const name of ['index.js', 'package.json']) {
      const file = path.join(next, name)
      writeFileSync(file, readFileSync(file, 'utf8').replace('1.0.0', '1.1.0'))
    }
    const tarball = npm(project, 'pack', next).trim()
    npm(project, 'install', '--ignore-scripts', `byte-sum-2@./${tarball}`)
    const add = (...parameters: readonly string[]) =>
      bench.run('genesis', 'add-precompile', genesis, ...parameters, '--project', project)
    assert.equal((await add('byte-sum')).code, 0)
    assertRefused(await add(next, '--from', '9'), 5, /count=1, .*@1\.1\.0: .*under an alias/)
    const added = await add('byte-sum-2', '--from', '9')
    assert.match(added.stdout, /byte-sum 1\.1\.0 .* block 9;[^]*--plugins byte-sum,byte-sum-2\n/)
    const flags = ['--plugins', 'byte-sum,byte-sum-2', '--project', project]
    const verified = await bench.run('genesis', 'verify', genesis, ...flags)
    assert.equal(verified.code, 0, verified.stderr)
  })
})

function names(abi: readonly object[]): readonly string[] {
  const entries = abi as readonly { readonly name: string; readonly type: string }[]
  return entries.map(({ name, type }) => `${type} ${name}`).toSorted()
}

function integrityOf(genesis: string): string | undefined {
  return /"sha512-[^"]+"/.exec(readFileSync(genesis, 'utf8'))?.[0]
}
