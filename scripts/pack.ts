import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { oldestNode } from '../node/version.ts'
import { folders } from './house.ts'

/** Fields of package.json that only a checkout needs. */
const omitted = ['private', 'scripts', 'devDependencies', 'optionalDependencies', 'overrides']

/** Completes `target`, the compiled sources of the checkout `root`, to a package that installs. */
export function pack(root: string, target: string): void {
  writeFileSync(path.join(target, 'package.json'), manifest(root))
  const texts = ['README.md', 'CHANGELOG.md', 'LICENSE']
  for (const file of [...texts, ...data(root)]) copy(root, target, file)
  for (const file of ['pars.js', 'runtime.js', 'leash.js']) copy(root, target, `bin/${file}`)
}

function manifest(root: string): string {
  const source = readFileSync(path.join(root, 'package.json'), 'utf8')
  const fields = JSON.parse(source.replaceAll('index.ts', 'index.js')) as Record<string, unknown>
  for (const field of omitted) delete fields[field]
  fields['engines'] = { node: `>=${oldestNode.join('.')}` }
  return `${JSON.stringify(fields, null, 2)}\n`
}

/** What the sources read beside themselves: presets, vectors, Solidity, documents of plugins. */
function data(root: string): readonly string[] {
  return globSync(`{${folders.join(',')}}/**/*.{json,md,sol}`, { cwd: root })
}

function copy(root: string, target: string, file: string): void {
  const place = path.join(target, file)
  mkdirSync(path.dirname(place), { recursive: true })
  copyFileSync(path.join(root, file), place)
}
