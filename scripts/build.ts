/** `build.ts [TARGET]`: writes dist/, the package as it is published: JavaScript and declarations. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

import { pack } from './pack.ts'

const root = path.resolve(import.meta.dirname, '..')
const target = path.resolve(process.argv[2] ?? path.join(root, 'dist'))

rmSync(target, { recursive: true, force: true })
const compiler = path.join(root, 'node_modules/typescript/bin/tsc')
const options = ['-p', path.join(root, 'tsconfig.build.json'), '--outDir', target]
const { status } = spawnSync(process.execPath, [compiler, ...options], { stdio: 'inherit' })
if (status === 0) pack(root, target)
else process.exitCode = 1
