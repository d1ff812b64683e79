/** Mocha's report for people, then one line for machines and, on request, a file. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { type MochaOptions, reporters, type Runner, type Test } from 'mocha'

type Outcome = 'passed' | 'failed' | 'skipped'

/** What the file PARS_TEST_REPORT receives. */
export type Report = readonly {
  /** Path from the root of the checkout. */
  readonly file: string
  readonly title: string
  readonly outcome: Outcome
}[]

/** `N passed, N failed, N skipped` */
export function summary(report: Report): string {
  const count = (wanted: Outcome) => report.filter(({ outcome }) => outcome === wanted).length
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`
}

export default class Reporter extends reporters.Spec {
  readonly #report: Report[number][] = []

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options)
    const record = (outcome: Outcome) => (test: Test) => {
      const file = path.relative(process.cwd(), test.file ?? '')
      this.#report.push({ file, title: test.fullTitle(), outcome })
    }
    runner.on('pass', record('passed'))
    runner.on('fail', record('failed'))
    runner.on('pending', record('skipped'))
    runner.on('retry', (test: Test, error: Error) => {
      console.log(`  failed once: ${test.fullTitle()}: ${error.message}`)
    })
  }

  override epilogue(): void {
    super.epilogue()
    console.log(summary(this.#report))
    const file = process.env['PARS_TEST_REPORT']
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#report))
  }
}
