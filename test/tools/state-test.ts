/**
 * Runs GeneralStateTests files or folders through the execution core with Ethereum's rules.
 *
 *     node test/tools/state-test.ts [--json] [--fork NAME] PATH...
 *
 * The last line is `{"passed":N,"failed":M}`. Exit code 1 on any failure, crash or empty selection.
 */
import { glob, readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { runStateTests } from '../ethereum/state-tests.ts'

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean', default: false }, fork: { type: 'string' } },
    allowPositionals: true,
  })
  const counts = { passed: 0, failed: 0 }
  for await (const file of filesOf(positionals)) {
    try {
      for await (const verdict of runStateTests(
        JSON.parse(await readFile(file, 'utf8')),
        values.fork,
      )) {
        const passed = verdict.failure === undefined
        counts[passed ? 'passed' : 'failed']++
        if (values.json) console.log(JSON.stringify({ file, ...verdict, passed }))
        else if (!passed) console.error(`${file} ${JSON.stringify(verdict)}`)
      }
    } catch (error) {
      counts.failed++
      const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
      if (values.json) console.log(JSON.stringify({ file, failure, passed: false }))
      else console.error(`${file} ${failure}`)
    }
  }
  console.log(JSON.stringify(counts))
  return counts.failed === 0 && counts.passed > 0
}

async function* filesOf(paths: readonly string[]): AsyncGenerator<string> {
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) {
      const found = await Array.fromAsync(glob('**/*.json', { cwd: path }))
      for (const name of found.toSorted()) yield `${path}/${name}`
    } else {
      yield path
    }
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('{"passed":0,"failed":1}')
  process.exitCode = 1
}
