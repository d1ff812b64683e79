import assert from 'node:assert/strict'
import { copyFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'

import { Checkout, repository } from './checkout.ts'

/** File, what it says, and the rule that must object. */
const offences = [
  ['chain/a.ts', 'export const now = Date.now()', 'no-restricted-globals'],
  ['chain/b.ts', 'export const roll = Math.random()', 'no-restricted-properties'],
  ['chain/c.ts', 'setTimeout(() => {}, 1)', 'no-restricted-globals'],
  ['chain/d.ts', 'setInterval(() => {}, 1)', 'no-restricted-globals'],
  ['chain/e.ts', 'setImmediate(() => {})', 'no-restricted-globals'],
  ['chain/f.ts', 'export const now = performance.now()', 'no-restricted-globals'],
  ['chain/g.ts', 'export const now = Temporal.Now.instant()', 'no-restricted-properties'],
  ['chain/h.ts', 'export const home = process.env', 'no-restricted-globals'],
  ['chain/i.ts', 'export const curve = Math.exp(1)', 'no-restricted-properties'],
  ['chain/j.ts', 'export const now = globalThis.Date', 'no-restricted-properties'],
  ['chain/k.ts', "import { setTimeout } from 'node:timers/promises'", 'no-restricted-imports'],
  ['rpc/a.ts', "export const page = await fetch('http://localhost')", 'no-restricted-globals'],
  ['crypto/a.ts', "export { randomBytes } from 'node:crypto'", 'no-restricted-imports'],
  ['crypto/b.ts', "import { randomUUID } from 'node:crypto'", 'no-restricted-imports'],
  ['crypto/c.ts', "import crypto from 'node:crypto'", 'no-restricted-imports'],
  ['crypto/d.ts', "import * as crypto from 'node:crypto'", 'no-restricted-imports'],
  ['crypto/e.ts', 'crypto.getRandomValues(new Uint8Array(1))', 'no-restricted-globals'],
  ['node/a.ts', 'Promise.resolve()', 'no-floating-promises'],
  ['node/b.ts', 'export const value: any = 1', 'no-explicit-any'],
  ['node/c.ts', 'export const isOne = (value: unknown) => value == 1', 'eqeqeq'],
  ['node/d.ts', "import { b } from './e.ts'\nexport const a = () => b", 'no-cycle'],
  ['node/e.ts', "import { a } from './d.ts'\nexport const b = () => a", 'no-cycle'],
  ['node/f.ts', 'export const f = (x?: string) => x!', 'no-non-null-assertion'],
  ['node/g.ts', 'export default 1', 'no-default-export'],
  ['node/h.ts', `export function f() {\n${'f()\n'.repeat(71)}}`, 'max-lines-per-function'],
  ['node/i.ts', 'console.log(1)\n'.repeat(501), 'max-lines'],
  [
    'node/j.ts',
    "import { Stats } from 'node:fs'\nexport type S = Stats",
    'consistent-type-imports',
  ],
  [
    'node/k.ts',
    "export function f(x: 'a' | 'b') {\nswitch (x) {\ncase 'a':\nreturn 1\n}\n}",
    'switch-exhaustiveness-check',
  ],
  ['node/l.ts', '[1].forEach(async () => {})', 'no-misused-promises'],
  ['rpc/b.ts', "console.log('x')", 'no-console'],
] as const

const innocent = {
  'node/clock.ts': 'export const now = () => Date.now() + Math.random()',
  'crypto/hash.ts':
    "import { createHash } from 'node:crypto'\nexport const f = () => createHash('x')",
  'precompiles/one/index.ts': 'const one = 1\nexport default one',
  'chain/ok.ts': 'export const f = (x: number) => Math.min(x, 1)',
}

interface Diagnostics {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[]
}

describe('lint', function () {
  this.timeout(30_000)
  const found = new Map<string, string[]>()

  before(async () => {
    using project = new Checkout()
    for (const name of ['.oxlintrc.json', 'tsconfig.json']) {
      copyFileSync(path.join(repository, name), project.file(name))
    }
    symlinkSync(path.join(repository, 'node_modules'), project.file('node_modules'), 'junction')
    for (const [file, text] of offences) project.write(file, `${text}\n`)
    for (const [file, text] of Object.entries(innocent)) project.write(file, `${text}\n`)
    const oxlint = project.file('node_modules/oxlint/bin/oxlint')
    const run = project.spawn(process.execPath, [oxlint, '--format', 'json'])
    const { diagnostics } = JSON.parse((await run.ended).stdout) as Diagnostics
    for (const { filename, code } of diagnostics) {
      const file = filename.split(path.sep).join('/')
      found.set(file, [...(found.get(file) ?? []), code])
    }
  })

  for (const [file, text, rule] of offences) {
    it(`objects by ${rule} to ${text.slice(0, 60).replaceAll('\n', ' ')}`, () => {
      const rules = found.get(file) ?? []
      assert.ok(
        rules.some((code) => code.includes(`(${rule})`)),
        `${file}: ${rules.join(', ')}`,
      )
    })
  }

  for (const file of Object.keys(innocent)) {
    it(`leaves ${file} alone`, () => assert.deepEqual(found.get(file), undefined))
  }
})
