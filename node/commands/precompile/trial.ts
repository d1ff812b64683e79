/** Runs the checks of a package twice, in processes of different surroundings, and compares. */
import { fork } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'

import type { Candidate } from './candidate.ts'

export interface Check {
  /** A sentence about the precompile. */
  readonly name: string
  /** What makes it false; undefined when it holds. */
  readonly problem: string | undefined
}

export interface PluginFacts {
  readonly name: string
  readonly address: string
  readonly stateful: boolean
  readonly specHash: string
}

export type TrialMessage =
  | ({ readonly kind: 'check' } & Check)
  | ({ readonly kind: 'plugin'; readonly bytes: readonly string[] } & PluginFacts)

export interface Verdict {
  readonly checks: readonly Check[]
  /** Undefined when the precompile could not be loaded. */
  readonly plugin: PluginFacts | undefined
}

/** Wherever and whenever the second runs, it has to say the same. */
const elsewhere = { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }

export interface TrialOptions {
  /** Of the garbage; print it, so that a failure can be repeated. */
  readonly seed: string
  /** After which each of the processes is ended. */
  readonly milliseconds: number
}

export async function trial(subject: Candidate, options: TrialOptions): Promise<Verdict> {
  const [here, there] = await Promise.all([
    run(subject, options, {}),
    run(subject, options, elsewhere),
  ])
  const checks = [...here.checks]
  if (here.end !== undefined) checks.push({ name: 'ends', problem: here.end })
  else if (here.plugin !== undefined) {
    const problem =
      there.bytes.join() === here.bytes.join()
        ? undefined
        : (there.end ?? 'another process made other bytes of the same calls')
    checks.push({ name: 'gives the same bytes in another process', problem })
  }
  return { checks, plugin: here.plugin }
}

interface Run extends Verdict {
  readonly bytes: readonly string[]
  /** Why it ended before it had said all. */
  readonly end: string | undefined
}

function run(
  { folder, module, version }: Candidate,
  { seed, milliseconds }: TrialOptions,
  environment: Readonly<Record<string, string>>,
): Promise<Run> {
  const entry = `trial-process${path.extname(import.meta.filename)}`
  const child = fork(path.join(import.meta.dirname, entry), [folder, module, version, seed], {
    env: { ...process.env, ...environment },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    timeout: milliseconds,
    killSignal: 'SIGKILL',
  })
  const checks: Check[] = []
  let plugin: PluginFacts | undefined
  let bytes: readonly string[] = []
  child.on('message', (message: TrialMessage) => {
    if (message.kind === 'check') checks.push({ name: message.name, problem: message.problem })
    else ({ bytes, ...plugin } = message)
  })
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const isWhole = plugin !== undefined || checks.some(({ problem }) => problem !== undefined)
      const end =
        isWhole && code === 0
          ? undefined
          : `its process ended with ${signal ?? `exit code ${code}`} after the check before this one`
      resolve({ checks, plugin, bytes, end })
    })
  })
}
