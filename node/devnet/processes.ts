import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import process from 'node:process'

import type { Place } from './build.ts'

/** One validator as a process of its own. */
export class ValidatorProcess {
  readonly place: Place
  readonly #child: ChildProcess
  readonly ended: Promise<number | null>

  private constructor(place: Place, child: ChildProcess) {
    this.place = place
    this.#child = child
    this.ended = once(child, 'exit').then(([code]) => code as number | null)
  }

  static async start(place: Place): Promise<ValidatorProcess> {
    await using log = await open(place.log, 'a')
    const [, program = ''] = process.argv
    const parameters = ['dev', '--data', place.data, '--config', place.config]
    const child = spawn(process.execPath, [...process.execArgv, program, ...parameters], {
      stdio: ['ignore', log.fd, log.fd],
    })
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
