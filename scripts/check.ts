/** Everything that can be told without running the code: each check by its name, all of them run. */
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const checks: Readonly<Record<string, readonly string[]>> = {
  types: ['typescript/bin/tsc', '-p', '.'],
  'types of the browser': ['typescript/bin/tsc', '-p', 'tsconfig.browser.json'],
  lint: ['oxlint/bin/oxlint'],
  format: ['oxfmt/bin/oxfmt', '--check'],
  unused: ['knip/bin/knip.js'],
}

const failed: string[] = []
for (const [name, [script = '', ...args]] of Object.entries(checks)) {
  const start = performance.now()
  const { status, signal } = spawnSync(process.execPath, [`node_modules/${script}`, ...args], {
    stdio: 'inherit',
  })
  if (signal !== null) process.kill(process.pid, signal)
  if (status !== 0) failed.push(name)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✔' : '✘'} ${name} (${seconds} s)`)
}
if (failed.length > 0) {
  console.log(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
