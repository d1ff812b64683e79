/**
 * `run.ts [--seeds A..B | --seed S] [--n 4,7,10] [--minutes M] [--json] [--out DIR] [--replay FILE]`:
 * many simulated worlds on all cores. Exit code 1 when an invariant breaks: the scenario, made as
 * small as it gets, and its trace are written to `--out`, and `--replay` runs that file again.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

import { add, noTotals, type Totals } from './campaign.ts'
import type { DrawOptions } from './draw.ts'
import type { Outcome } from './outcome.ts'
import { type Scenario, scenarioVersion } from './scenario.ts'
import { shrink } from './shrink.ts'
import { simulateAny } from './simulate-any.ts'
import { traceVersion } from './watch.ts'
import type { JobResult } from './worker.ts'

/** What a failure leaves behind. */
interface Artifact {
  readonly scenarioVersion: number
  readonly traceVersion: number
  readonly violation: Outcome['violation']
  readonly fingerprint: string
  readonly scenario: Scenario
  readonly trace: readonly string[]
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..2000' },
    seed: { type: 'string' },
    n: { type: 'string' },
    minutes: { type: 'string' },
    json: { type: 'boolean', default: false },
    out: { type: 'string', default: path.join(tmpdir(), 'pars-sim') },
    replay: { type: 'string' },
  },
})

/** After so many the campaign ends. */
const mostFailures = 5

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function range(): readonly [first: number, last: number] {
  if (values.seed !== undefined) {
    const seed = wholeOf('seed', values.seed)
    return [seed, seed]
  }
  const [first, last] = /^(\d+)\.\.(\d+)$/.exec(values.seeds)?.slice(1).map(Number) ?? []
  if (first === undefined || last === undefined || first > last) {
    return refuse(`--seeds takes A..B, not ${values.seeds}`)
  }
  return [first, last]
}

function wholeOf(name: string, text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : refuse(`--${name} takes numbers, not ${text}`)
}

function refuse(text: string): never {
  say(text)
  process.exit(2)
}

/** Hands seeds to all cores until there are none left, time is up, or something fails. */
async function campaign(totals: Totals): Promise<readonly Outcome[]> {
  const [first, last] = range()
  const sizes = values.n?.split(',').map((size) => wholeOf('n', size))
  const options: DrawOptions = sizes === undefined ? {} : { sizes }
  const started = performance.now()
  const minutes =
    values.minutes === undefined ? Number.POSITIVE_INFINITY : wholeOf('minutes', values.minutes)
  const end = started + minutes * 60_000
  const failures: Outcome[] = []
  let next = first
  let shown = started
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('worker.ts', import.meta.url))
    try {
      while (next <= last && failures.length < mostFailures && performance.now() < end) {
        const outcome = await ask(worker, next++, options)
        add(totals, outcome)
        if (outcome.violation !== undefined) {
          failures.push(outcome)
          say(`seed ${outcome.scenario.seed}: ${outcome.violation.message}`)
        }
        if (performance.now() - shown > 10_000) {
          shown = performance.now()
          const seconds = Math.round((shown - started) / 1000)
          say(
            `${totals.seeds} of ${last - first + 1} seeds in ${seconds} s, ${totals.commits} commits, ${failures.length} failed`,
          )
        }
      }
    } finally {
      await worker.terminate()
    }
  }
  const threads = Math.min(availableParallelism(), last - first + 1)
  await Promise.all(Array.from({ length: threads }, work))
  return failures
}

function ask(worker: Worker, seed: number, options: DrawOptions): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(new Error(`seed ${seed} could not be run`, { cause: error }))
    }
    worker.once('error', fail)
    worker.once('message', (result: JobResult) => {
      worker.off('error', fail)
      resolve(result)
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
    worker.postMessage({ seed, options })
  })
}

function report(failure: Outcome): void {
  const { seed } = failure.scenario
  say(`making seed ${seed} smaller ...`)
  const { scenario, violation, fingerprint, trace } =
    failure.scenario.world === 'core' ? shrink(failure) : failure
  const file = path.join(values.out, `seed-${seed}.json`)
  const artifact: Artifact = {
    scenarioVersion,
    traceVersion,
    violation,
    fingerprint,
    scenario,
    trace,
  }
  mkdirSync(values.out, { recursive: true })
  writeFileSync(file, JSON.stringify(artifact, null, 1))
  say(
    `${scenario.faults.length} faults left: ${scenario.faults.map(({ kind }) => kind).join(', ')}`,
  )
  say(`again: --seed ${seed}, or smaller: --replay ${file}`)
}

/** Runs the scenario of a file; whether it came to the same, byte by byte. */
async function replay(file: string): Promise<boolean> {
  const { scenario, trace, violation, ...versions } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as Artifact
  if (versions.scenarioVersion !== scenarioVersion || versions.traceVersion !== traceVersion) {
    say(`${file} is of another version`)
    return false
  }
  const outcome = await simulateAny(scenario)
  const difference = outcome.trace.findIndex((line, index) => line !== trace[index])
  const isEqual = difference < 0 && outcome.trace.length === trace.length
  say(`then: ${violation?.message ?? 'no violation'}`)
  say(`now:  ${outcome.violation?.message ?? 'no violation'}`)
  say(
    isEqual
      ? 'equal traces'
      : `the traces differ at line ${difference < 0 ? trace.length : difference}`,
  )
  return isEqual
}

async function main(): Promise<boolean> {
  if (values.replay !== undefined) return replay(values.replay)
  const totals = noTotals()
  const failures = await campaign(totals)
  const [failure] = failures
  if (failure !== undefined) report(failure)
  const seeds = failures.map(({ scenario }) => scenario.seed)
  process.stdout.write(
    `${JSON.stringify({ ...totals, failures: seeds }, null, values.json ? 0 : 1)}\n`,
  )
  return failure === undefined
}

process.exitCode = (await main()) ? 0 : 1
