import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { blake2b } from '@noble/hashes/blake2.js'
import { toEventSelector, toFunctionSelector } from 'viem'

import { hex, unhex } from '#base'
import { conformance, importPackage, type Precompile, seededRandom } from '#precompiles'

import { compile } from '../precompiles/compile.ts'
import { parsIn, repository } from './project.ts'

const run = promisify(execFile)
const seed = process.env['PARS_SEED'] ?? 'examples'
const names = ['blake2b', 'counter'] as const
const folderOf = (name: string): string => path.join(repository, 'examples', name)
const plugins: readonly Precompile[] = await Promise.all(
  names.map((name) => importPackage(folderOf(name), name)),
)

for (const plugin of plugins) {
  describe(`the example ${plugin.name} (seed ${seed})`, function () {
    this.timeout(60_000)

    for (const check of conformance(plugin, { random: seededRandom(seed), garbage: 200 })) {
      it(check.name, () => check.run())
    }

    it('passes its own tests', async () => {
      const { stdout } = await run(process.execPath, ['--test'], { cwd: folderOf(plugin.name) })
      assert.match(stdout, /pass [1-9]\d*\n.*fail 0\n/)
    })

    it('names its address in its Solidity and its README', () => {
      const name = plugin.name.charAt(0).toUpperCase() + plugin.name.slice(1)
      const solidity = readFileSync(path.join(folderOf(plugin.name), `I${name}.sol`), 'utf8')
      assert.ok(solidity.includes(`hex"${plugin.address.slice(2)}"`))
      const readme = readFileSync(path.join(folderOf(plugin.name), 'README.md'), 'utf8')
      assert.ok(readme.includes(plugin.address))
    })
  })
}

describe('the examples', function () {
  this.timeout(60_000)

  it('have types that hold, as have the packages that pars precompile new writes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-examples-'))
    try {
      mkdirSync(path.join(folder, 'node_modules'))
      symlinkSync(repository, path.join(folder, 'node_modules/pars'), 'junction')
      for (const name of names) symlinkSync(folderOf(name), path.join(folder, name), 'junction')
      for (const flags of [['byte-sum'], ['board', '--stateful']]) {
        const { code, stderr } = await parsIn(folder, 'precompile', 'new', ...flags)
        assert.equal(code, 0, stderr)
      }
      const config = {
        compilerOptions: {
          allowJs: true,
          checkJs: true,
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          preserveSymlinks: true,
          allowImportingTsExtensions: true,
          target: 'esnext',
          module: 'nodenext',
          types: ['node'],
          typeRoots: [path.join(repository, 'node_modules/@types')],
        },
        include: ['*/*.js', 'blake2b/test/*.js', 'counter/test/*.js'],
      }
      writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
      const compiler = path.join(repository, 'node_modules/typescript/bin/tsc')
      const checked = await run(process.execPath, [compiler, '-p', folder]).catch(
        (error: { stdout: string }) => error,
      )
      const mine = checked.stdout
        .split('\n')
        .filter((line) => /(?:blake2b|counter|byte-sum|board)\//.test(line))
      assert.deepEqual(mine, [])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('have vectors of blake2b that another implementation gives too', () => {
    const [plugin] = plugins
    for (const { calls } of plugin!.vectors.sequences) {
      for (const { input, output } of calls) {
        if (output === undefined) continue
        const [dkLen = 0, keyBytes = 0, ...rest] = unhex(input)
        const key = Uint8Array.from(rest.slice(0, keyBytes))
        const message = Uint8Array.from(rest.slice(keyBytes))
        const expected = blake2b(message, { dkLen, ...(keyBytes > 0 && { key }) })
        assert.equal(output, hex(expected))
      }
    }
  })

  it('have an ABI of the counter that is its Solidity interface', () => {
    const { ICounter } = compile('examples/counter/ICounter.sol')
    assert.deepEqual(signatures(plugins[1]!.abi as readonly object[]), signatures(ICounter!.abi))
  })

  it('have selectors of the counter that are its ABI', () => {
    const source = readFileSync(path.join(folderOf('counter'), 'index.js'), 'utf8')
    const [, counter] = plugins
    for (const entry of counter!.abi as readonly AbiEntry[]) {
      if (entry.type === 'function') {
        const selector = toFunctionSelector(entry as never).slice(2)
        assert.match(source, new RegExp(`'?${selector}'?: \\{\n    name: '${entry.name}'`))
      } else if (entry.name !== 'Paid') {
        assert.ok(source.includes(toEventSelector(entry as never).slice(2)))
      }
    }
  })
})

interface AbiEntry {
  readonly type: string
  readonly name: string
  readonly stateMutability?: string
  readonly inputs?: readonly { readonly type: string; readonly indexed?: boolean }[]
  readonly outputs?: readonly { readonly type: string }[]
}

function signature({ type, name, stateMutability, inputs = [], outputs = [] }: AbiEntry): string {
  const given = inputs.map((input) => `${input.type}${input.indexed === true ? ' indexed' : ''}`)
  const answered = outputs.map((output) => output.type)
  return `${type} ${name}(${given.join()}) ${stateMutability ?? ''} ${answered.join()}`
}

function signatures(abi: readonly object[]): readonly string[] {
  return abi.map((entry) => signature(entry as AbiEntry)).toSorted()
}
