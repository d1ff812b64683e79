import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import process from 'node:process'

import type { Place } from './build.ts'

/** Ends a process whose parent is gone without a word. */
const leash = new URL('../../bin/leash.js', import.meta.url).href

/** Several share one machine: room for what dies young, else 32 MB in each heap, costs them most. */
const nodeFlags = ['--max-semi-space-size=8']

/** How a process ended: with an exit code, or by a signal. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** An environment without settings: one that is meant for a node would hold for each of them. */
export function ownSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(environment).filter(([name]) => !/^PARS_/i.test(name))
  return Object.fromEntries(entries)
}

/** One validator as a process of its own. */
export class ValidatorProcess {
  readonly place: Place
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess

  private constructor(place: Place, child: ChildProcess) {
    this.place = place
    this.#child = child
    this.ended = once(child, 'exit').then(([code, signal]): Ending => ({ code, signal }))
  }

  static async start(place: Place): Promise<ValidatorProcess> {
    await using log = await open(place.log, 'a')
    const [, program = ''] = process.argv
    const parameters = ['dev', '--data', place.data, '--config', place.config]
    const child = spawn(
      process.execPath,
      [...nodeFlags, ...process.execArgv, '--import', leash, program, ...parameters],
      {
        stdio: ['ignore', log.fd, log.fd],
        env: { ...ownSettings(process.env), PARS_LEASH: String(process.pid) },
        // Ctrl-C at a terminal goes to its whole process group; these are asked, then stopped.
        detached: process.platform !== 'win32',
      },
    )
    await once(child, 'spawn')
    return new ValidatorProcess(place, child)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.#child.kill('SIGTERM')
    await this.ended
  }
}
