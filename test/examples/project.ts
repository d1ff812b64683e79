/** A project of its own, with packages that npm packed and installed as it would any other's. */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Ended } from '../e2e/node.ts'
import { hostNode, hostNpm } from '../ground/checkout.ts'

export const repository = path.join(import.meta.dirname, '../..')

/** Runs npm in `folder`, without the registry, and gives what it printed. */
export function npm(folder: string, ...parameters: readonly string[]): string {
  const quiet = ['--offline', '--no-audit', '--no-fund', '--loglevel=error']
  return execFileSync(hostNode, [hostNpm, ...parameters, ...quiet], {
    cwd: folder,
    encoding: 'utf8',
  })
}

/** Makes the empty project `folder`. */
export function makeProject(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{"name":"operator","private":true}\n')
}

/** Packs the package in `source` and installs the tarball into the project. Gives its file name. */
export function install(project: string, source: string): string {
  const tarball = npm(project, 'pack', source).trim().split('\n').at(-1) ?? ''
  assert.match(tarball, /\.tgz$/)
  npm(project, 'install', '--ignore-scripts', `./${tarball}`)
  return tarball
}

/** Runs the command line of this repository in `folder` to its end. */
export function parsIn(folder: string, ...parameters: readonly string[]): Promise<Ended> {
  const program = path.join(repository, 'node/cli.ts')
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...parameters], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}
