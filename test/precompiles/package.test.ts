import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault } from '#base'
import {
  callInMemory,
  findPackage,
  importPackage,
  loadPackage,
  packageIntegrity,
  PrecompileHalt,
  PrecompileRevert,
} from '#precompiles'

import { limits } from '../../precompiles/limits.ts'

const source = `export default {
  name: 'echo', version: '1.0.0', address: '0x0000000000000000000000000000000000000999', abi: null,
  gasTable: {}, vectors: { provenance: 'none', sequences: [] }, stateful: false,
  gas: () => 0n, run: (input) => input,
}`
const manifest = { name: 'echo', version: '1.0.0', type: 'module' }

function hash(text: string): string {
  return createHash('sha512').update(text).digest('hex')
}

describe('a package of a precompile', () => {
  let project = ''
  beforeEach(() => {
    project = realpathSync(mkdtempSync(path.join(tmpdir(), 'pars-package-')))
    write('package.json', JSON.stringify(manifest))
    write('index.js', source)
  })
  afterEach(() => rmSync(project, { recursive: true, force: true }))

  const home = (): string => path.join(project, 'node_modules/echo')

  function write(file: string, text: string): void {
    const place = path.join(home(), file)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, text)
  }

  const load = () => importPackage(home(), 'echo')
  const integrity = () => packageIntegrity(home())

  it('has the integrity of what sha512sum prints for its files, in the order of their bytes', async () => {
    write('b/c.js', 'x')
    write('b.js', '')
    write('B.md', 'y\n')
    write('b/é.txt', 'z')
    const list = [
      `${hash('y\n')}  B.md\n`,
      `${hash('')}  b.js\n`,
      `${hash('x')}  b/c.js\n`,
      `${hash('z')}  b/é.txt\n`,
      `${hash(source)}  index.js\n`,
      `${hash(JSON.stringify(manifest))}  package.json\n`,
    ]
    const whole = createHash('sha512').update(list.join('')).digest('base64')
    assert.equal(await integrity(), `sha512-${whole}`)
  })

  it('has another integrity when a file is changed, renamed, added or removed', async () => {
    const seen = [await integrity()]
    write('index.js', `${source} `)
    seen.push(await integrity())
    write('lib/index.js', source)
    seen.push(await integrity())
    rmSync(path.join(home(), 'index.js'))
    seen.push(await integrity())
    write('lib.js', source)
    rmSync(path.join(home(), 'lib'), { recursive: true })
    seen.push(await integrity())
    assert.equal(new Set(seen).size, seen.length)
  })

  for (const name of ['node_modules', 'Node_Modules']) {
    it(`has no integrity with packages below it, in ${name}`, async () => {
      write(`${name}/other/index.js`, 'export default 1')
      await assert.rejects(
        integrity(),
        (error) =>
          isFault(error, 'PRECOMPILE_PACKAGE_FILE') && /no packages of its own/.test(error.message),
      )
    })
  }

  it('has no integrity with a link in it', async () => {
    symlinkSync('index.js', path.join(home(), 'link.js'))
    await assert.rejects(integrity(), (error) => isFault(error, 'PRECOMPILE_PACKAGE_FILE'))
  })

  it('has no integrity with a name that a list cannot hold', async function () {
    if (process.platform === 'win32') this.skip()
    write('two\nlines.js', '')
    await assert.rejects(integrity(), (error) => isFault(error, 'PRECOMPILE_PACKAGE_FILE'))
  })

  it('has no integrity above the limits', async () => {
    write('large.bin', 'x'.repeat(limits.packageBytes.value))
    await assert.rejects(integrity(), (error) => isFault(error, 'PRECOMPILE_PACKAGE_TOO_LARGE'))
    rmSync(path.join(home(), 'large.bin'))
    for (let file = 0; file < limits.packageFiles.value; file++) write(`many/${file}.js`, '')
    await assert.rejects(integrity(), (error) => isFault(error, 'PRECOMPILE_PACKAGE_TOO_LARGE'))
  })

  it('is found from a folder below the project, and never elsewhere', async () => {
    const below = path.join(project, 'a/b')
    mkdirSync(below, { recursive: true })
    assert.equal(await findPackage('echo', below), home())
    await assert.rejects(findPackage('viem', project), (error) =>
      isFault(error, 'PRECOMPILE_NOT_INSTALLED'),
    )
  })

  it('is told from its sources, which nobody has installed', async () => {
    write('../../sources/package.json', '{}')
    await assert.rejects(findPackage('sources', project), {
      message: /npm pack --ignore-scripts \.\/sources, then npm install --ignore-scripts/,
    })
    await assert.rejects(findPackage('absent', project), {
      message:
        /^PRECOMPILE_NOT_INSTALLED (?!.*npm install (?!--ignore-scripts)).*with the package that its authors name/,
    })
  })

  it('is loaded by what its package.json exports, or by main, or as index.js', async () => {
    for (const entry of [
      {},
      { main: './lib/a.js' },
      { exports: './lib/b.js' },
      { exports: { '.': './lib/c.js', './*.sol': './*.sol' } },
      { exports: { '.': { types: './no.d.ts', default: './lib/d.js' } } },
      { exports: { types: './no.d.ts', import: './lib/e.js' }, main: './no.js' },
    ]) {
      write('package.json', JSON.stringify({ ...manifest, ...entry }))
      for (const name of 'abcde') write(`lib/${name}.js`, source)
      assert.equal((await load()).name, 'echo')
    }
  })

  it('imports its own files', async () => {
    write('lib/run.js', `export const run = (input) => input.slice(1)`)
    write('lib/gas.json', '{"call":7}')
    write(
      'index.js',
      `import { run } from './lib/run.js'
       import gasTable from './lib/gas.json' with { type: 'json' }
       ${source.replace('gasTable: {}', 'gasTable').replace('run: (input) => input', 'run')}`,
    )
    const plugin = await load()
    assert.deepEqual(plugin.gasTable, { call: 7 })
    const outcome = callInMemory(plugin, Uint8Array.of(1, 2))
    assert.ok(outcome.status === 'returned')
    assert.deepEqual(outcome.output, Uint8Array.of(2))
  })

  for (const [what, text] of Object.entries({
    'a module of Node': `import 'node:fs'\n${source}`,
    'a module of Node without its prefix': `import 'fs'\n${source}`,
    'a package beside it': `import 'other'\n${source}`,
    'a file outside': `import '../other/index.js'\n${source}`,
    'code in a URL': `import 'data:text/javascript,1'\n${source}`,
    'something that it awaits': `await import('node:fs')\n${source}`,
    'something through another file': `import './lib/deep.js'\n${source}`,
  })) {
    it(`does not import ${what}`, async () => {
      write('../other/package.json', '{"type":"module","main":"index.js"}')
      write('../other/index.js', 'export default 1')
      write('lib/deep.js', `import 'node:os'`)
      write('index.js', text)
      await assert.rejects(load(), (error) => isFault(error, 'PRECOMPILE_IMPORT'))
      // Nobody else is kept from it.
      await import('node:dns')
    })
  }

  const required = "module.constructor._load('node:fs'); globalThis.required = true\n"
  for (const [what, files] of Object.entries({
    'as its entry': {
      'package.json': JSON.stringify({ ...manifest, type: 'commonjs' }),
      'index.js': `${required}module.exports = 1`,
    },
    'as its entry, by the default of a package.json': {
      'package.json': JSON.stringify({ ...manifest, type: undefined }),
      'index.js': `${required}module.exports = 1`,
    },
    'in a file by its ending': {
      'index.js': `import './late.cjs'\n${source}`,
      'late.cjs': required,
    },
    'in a folder that says so': {
      'index.js': `import './lib/late.js'\n${source}`,
      'lib/package.json': '{"type":"commonjs"}',
      'lib/late.js': required,
    },
  })) {
    it(`runs no CommonJS ${what}`, async () => {
      for (const [file, text] of Object.entries(files)) write(file, text)
      await assert.rejects(
        load(),
        (error) => isFault(error, 'PRECOMPILE_FORMAT') && /"type": "module"/.test(error.message),
      )
      assert.ok(!('required' in globalThis))
    })
  }

  it('imports nothing else while it runs either', async () => {
    write(
      'index.js',
      source.replace(
        'run: (input) => input',
        "run: (input) => { globalThis.late = import('node:fs') }",
      ),
    )
    const plugin = await load()
    assert.throws(() => callInMemory(plugin, new Uint8Array(0)), TypeError)
    const { late } = globalThis as unknown as { readonly late: Promise<unknown> }
    await assert.rejects(late, (error) => isFault(error, 'PRECOMPILE_IMPORT'))
    assert.ok(Reflect.deleteProperty(globalThis, 'late'))
  })

  it('is refused with the reason when it does not load', async () => {
    write('index.js', 'export default {')
    await assert.rejects(load(), (error) => isFault(error, 'PRECOMPILE_LOAD'))
    write('package.json', JSON.stringify({ ...manifest, main: 'none.js' }))
    await assert.rejects(load(), (error) => isFault(error, 'PRECOMPILE_LOAD'))
    write('package.json', JSON.stringify({ ...manifest, main: '../../escape.js' }))
    writeFileSync(path.join(project, 'escape.js'), source)
    await assert.rejects(load(), (error) => isFault(error, 'PRECOMPILE_MANIFEST'))
    for (const text of ['{', '[]', 'null']) {
      write('package.json', text)
      await assert.rejects(load(), (error) =>
        isFault(error, 'PRECOMPILE_MANIFEST', 'PRECOMPILE_LOAD'),
      )
    }
  })

  it('runs nothing before its files are those that the genesis names', async () => {
    const mark = '__packageRan'
    write('index.js', `globalThis.${mark} = true\n${source}`)
    const allowed = { project, allowed: ['echo'] }
    const entry = { module: 'echo', version: '1.0.0', integrity: await integrity() }
    const attempts: readonly (readonly [code: string, ...Parameters<typeof loadPackage>])[] = [
      ['PRECOMPILE_NOT_ALLOWED', entry, { project, allowed: [] }],
      ['PRECOMPILE_NOT_INSTALLED', entry, { ...allowed, project: tmpdir() }],
      ['PRECOMPILE_VERSION', { ...entry, version: '1.0.1' }, allowed],
      ['PRECOMPILE_INTEGRITY', { ...entry, integrity: 'sha512-other' }, allowed],
    ]
    for (const [code, ...attempt] of attempts) {
      await assert.rejects(loadPackage(...attempt), (error) => isFault(error, code))
    }
    assert.ok(!(mark in globalThis))
    assert.equal((await loadPackage(entry, allowed)).name, 'echo')
    assert.ok(Reflect.deleteProperty(globalThis, mark))
  })
})

describe('a revert and a halt', () => {
  it('are told by name: a package brings classes of its own', () => {
    class Foreign extends Error {
      override readonly name = 'PrecompileRevert'
    }
    assert.ok(new Foreign('no') instanceof PrecompileRevert)
    assert.ok(!(new Foreign('no') instanceof PrecompileHalt))
    assert.ok(new PrecompileHalt() instanceof PrecompileHalt)
  })

  it('are never what only looks like one', () => {
    const getter = Object.defineProperty(new Error('x'), 'name', {
      get: () => assert.fail('was asked'),
    })
    const message = Object.assign(new Error('x'), { name: 'PrecompileRevert', message: 7 })
    for (const error of [getter, message, { name: 'PrecompileRevert', message: '' }, undefined]) {
      assert.ok(!(error instanceof PrecompileRevert))
    }
  })
})
