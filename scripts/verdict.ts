/**
 * `verdict.ts REPORT`: says of a finished test run whether every suite of external vectors ran whole,
 * and closes with the run's numbers. Exit code 1 when one did not, or when there is no report.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { type Report, summary } from './reporter.ts'
import { imports } from './source.ts'

/** Test files that read vectors from PARS_VECTORS, themselves or by files that they import. */
export function vectorSuites(root: string): readonly string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => readsVectors(path.join(root, file), new Set()))
    .toSorted()
}

function readsVectors(file: string, seen: Set<string>): boolean {
  if (seen.has(file) || !existsSync(file)) return false
  seen.add(file)
  const source = readFileSync(file, 'utf8')
  if (/\benv(?:\.|\[')PARS_VECTORS\b/.test(source)) return true
  return imports(source)
    .filter((specifier) => specifier.startsWith('.'))
    .some((specifier) => readsVectors(path.join(path.dirname(file), specifier), seen))
}

/** What is wrong with the vector suites of `report`, one line each. */
export function objections(suites: readonly string[], report: Report): readonly string[] {
  return suites.flatMap((file) => {
    const tests = report.filter((test) => test.file === file)
    const skipped = tests.filter(({ outcome }) => outcome === 'skipped')
    if (!tests.some(({ outcome }) => outcome !== 'skipped')) return [`${file}: no vector ran`]
    return skipped.map(({ title }) => `${file}: skipped: ${title}`)
  })
}

function main(file: string): void {
  let report: Report = []
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    report = [{ file: '', title: 'The test run ended without a report.', outcome: 'failed' }]
  }
  const wrong = objections(vectorSuites('.'), report)
  for (const line of wrong) console.log(line)
  if (wrong.length > 0 || report.some(({ outcome }) => outcome === 'failed')) process.exitCode = 1
  console.log(summary(report))
}

if (import.meta.main) main(process.argv[2] ?? '')
