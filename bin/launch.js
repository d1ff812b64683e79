#!/usr/bin/env node
// node bin/launch.js SCRIPT [ARGUMENT...]
// Runs a script of this checkout on the Node that its lock file names, whatever Node started this:
// plain JavaScript for Node 20, without a dependency, because it is what installs them.
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { install } from './install.js'
import { Failure, guard, run } from './runtime.js'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

await guard(async () => {
  const [script, ...args] = process.argv.slice(2)
  if (script === undefined) throw new Failure('usage: node bin/launch.js SCRIPT [ARGUMENT...]', 2)
  await install(root)
  run(root, script, args)
})
