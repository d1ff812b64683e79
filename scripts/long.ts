/**
 * The long tests: `node scripts/long.ts [files]`. Each file is a process of its own, two at a time where
 * there are two cores; what it printed comes when it has ended. Exit code 1 when one failed.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import process from 'node:process'

const root = path.join(import.meta.dirname, '..')
const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js')
const config = path.join(root, '.mocharc.long.json')

/** They ask how a node shares the machine among its clients: each has it alone, before the others. */
const alone = /abuse|flood|many-subscribers/

/** They listen where a reader's node would: one after another. */
const onUsualPorts = /guide|readme|clients\/tools|installed|packed/

interface Ended {
  readonly output: string
  readonly hasPassed: boolean
  readonly seconds: number
}

function run(file: string): Promise<Ended> {
  const started = Date.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [mocha, '--config', config, file], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    child.once('error', reject)
    child.once('close', (code) => {
      const seconds = Math.round((Date.now() - started) / 1000)
      resolve({ output, hasPassed: code === 0, seconds })
    })
  })
}

const named = process.argv.slice(2)
const files = named.length > 0 ? named : globSync('test/**/*.long.ts', { cwd: root }).toSorted()
const waiting = files.filter((file) => !alone.test(file))
const count = files.length
const failed: string[] = []
let ended = 0
let isUsualTaken = false

function next(): string | undefined {
  const index = waiting.findIndex((file) => !isUsualTaken || !onUsualPorts.test(file))
  return index === -1 ? undefined : waiting.splice(index, 1)[0]
}

/** Until nothing is left that may run beside the others. */
async function work(): Promise<void> {
  for (let file = next(); file !== undefined; file = next()) {
    const isUsual = onUsualPorts.test(file)
    isUsualTaken ||= isUsual
    await tell(file)
    if (isUsual) isUsualTaken = false
  }
}

async function tell(file: string): Promise<void> {
  const { output, hasPassed, seconds } = await run(file)
  if (!hasPassed) failed.push(file)
  process.stdout.write(`${output}\n${++ended} of ${count}: ${file}, ${seconds} s\n\n`)
}

for (const file of files.filter((one) => alone.test(one))) await tell(file)
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
// One that had to wait for its port when all others were done.
await work()
for (const file of failed) process.stdout.write(`failed: ${file}\n`)
process.stdout.write(`${count - failed.length} of ${count} files passed\n`)
process.exitCode = failed.length === 0 ? 0 : 1
