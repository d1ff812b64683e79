import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'

import { folders } from '../../scripts/house.ts'
import { Checkout, hostNode, hostNpm, oldNode, repository } from './checkout.ts'

const tsc = path.join(repository, 'node_modules/typescript/bin/tsc')
const pars = 'node_modules/pars'
const faces = folders.filter((name) => existsSync(path.join(repository, name, 'index.ts')))

describe('package', function () {
  this.timeout(120_000)
  /** Another project, with the package installed from its tarball. */
  let project: Checkout

  before(async () => {
    project = new Checkout()
    project.write('package.json', '{"name":"consumer","type":"module"}')
    const build = path.join(repository, 'scripts/build.ts')
    const built = await project.spawn(process.execPath, [build, project.file('dist')]).ended
    assert.equal(built.code, 0, built.stdout + built.stderr)
    const packed = await project.spawn(hostNode, [hostNpm, 'pack', './dist', '--silent']).ended
    assert.equal(packed.code, 0, packed.stderr)
    project.write(`${pars}/.keep`, '')
    const unpack = ['-xzf', packed.stdout.trim(), '-C', pars, '--strip-components=1']
    const unpacked = await project.spawn('tar', unpack).ended
    assert.equal(unpacked.code, 0, unpacked.stderr)
    linkDependencies(project)
  })

  after(() => project[Symbol.dispose]())

  function node(args: readonly string[]) {
    return project.spawn(process.execPath, args).ended
  }

  it('says what a package needs to say, and nothing of the checkout', () => {
    const manifest = JSON.parse(project.read(`${pars}/package.json`)) as Record<string, unknown>
    const ours = ['private', 'scripts', 'devDependencies', 'optionalDependencies', 'overrides']
    assert.deepEqual(
      ours.filter((field) => field in manifest),
      [],
    )
    assert.deepEqual(manifest['engines'], { node: '>=26.10' })
    assert.deepEqual(manifest['imports'], { '#*': './*/index.js' })
    assert.deepEqual(manifest['bin'], { pars: './bin/pars.js' })
  })

  it('holds JavaScript, declarations and the data beside the sources, and no TypeScript', () => {
    const files = globSync('**/*', { cwd: project.file(pars) })
    const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    assert.deepEqual(sources, [])
    const data = globSync(`{${folders.join(',')}}/**/*.{json,sol}`, { cwd: repository })
    assert.ok(data.length > 0)
    const missing = [...data, 'LICENSE', 'README.md', 'CHANGELOG.md'].filter(
      (file) => !existsSync(path.join(project.file(pars), file)),
    )
    assert.deepEqual(missing, [])
    assert.deepEqual(readdirSync(project.file(`${pars}/bin`)), [
      'leash.js',
      'pars.js',
      'runtime.js',
    ])
  })

  it('gives every face to who imports it', async () => {
    const names = ['pars', ...faces.map((name) => `pars/${name}`)]
    const script = names.map((name) => `console.log(Object.keys(await import('${name}')).length)`)
    project.write('faces.js', script.join('\n'))
    const { code, stdout, stderr } = await node(['faces.js'])
    assert.equal(code, 0, stderr)
    assert.equal(stdout.trimEnd().split('\n').length, names.length)
  })

  it('keeps what is behind a face to itself', async () => {
    project.write('deep.js', `import 'pars/base/bytes.js'`)
    const { code, stderr } = await node(['deep.js'])
    assert.equal(code, 1)
    assert.match(stderr, /ERR_MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED/)
  })

  it('brings its types', async () => {
    const imports = faces.map((name) => `import * as ${name} from 'pars/${name}'`).join('\n')
    const uses = `console.log(${faces.join(', ')})\nexport const text: number = base.hex(base.empty)`
    project.write('types.ts', `${imports}\n${uses}\n`)
    const strict = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'nodenext']
    const { stdout } = await node([tsc, ...strict, '--target', 'esnext', 'types.ts'])
    const errors = stdout.trimEnd().split('\n')
    assert.match(errors[0] ?? '', /error TS2322: Type '`0x\$\{string\}`' is not assignable/)
    assert.equal(errors.length, 1, stdout)
  })

  it('runs as the command pars', async () => {
    const { version } = JSON.parse(project.read(`${pars}/package.json`)) as { version: string }
    const { code, stdout, stderr } = await node([`${pars}/bin/pars.js`, '--version'])
    assert.equal(code, 0, stderr)
    assert.ok(stdout.includes(version), stdout)
  })

  it('says in one line which Node it needs', async () => {
    const { code, stderr } = await node([...oldNode, `${pars}/bin/pars.js`, '--version'])
    assert.equal(code, 1)
    assert.match(stderr, /^pars: Node 26\.10 or later is needed; this is 20\.20\.2 on .*\n$/)
  })

  it('runs on the Node of the platform package where there is one', async function () {
    const [bundled] = globSync('node_modules/node-{linux,darwin,win,bin}-*', { cwd: repository })
    if (bundled === undefined) this.skip()
    symlinkSync(path.join(repository, bundled), project.file(bundled), 'junction')
    const { code, stderr } = await node([...oldNode, `${pars}/bin/pars.js`, '--version'])
    assert.equal(code, 0, stderr)
  })
})

/** Puts the dependencies of the package beside it, and nothing else, as an install would. */
function linkDependencies(project: Checkout): void {
  const manifest = JSON.parse(project.read(`${pars}/package.json`)) as { dependencies: object }
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    const place = `node_modules/${name}`
    project.write(`${path.posix.dirname(place)}/.keep`, '')
    symlinkSync(path.join(repository, place), project.file(place), 'junction')
  }
}
