#!/usr/bin/env node
// The `pars` command, of a checkout (TypeScript) and of the package (JavaScript).
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { guard, run } from './runtime.js'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)

await guard(async () => {
  if (!existsSync(path.join(root, 'node/cli.ts'))) return run(root, 'node/cli.js', args)
  const { install } = await import('./install.js')
  await install(root)
  run(root, 'node/cli.ts', args)
})
