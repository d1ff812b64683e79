import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, rm, symlink } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { promisify } from 'node:util'

/** Why there are no terminals to test with, or undefined. */
export async function terminalsMissing(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('script', ['--version'])
    if (!stdout.includes('util-linux')) throw new Error(stdout)
    await access('/dev/ptmx')
    return undefined
  } catch {
    return 'util-linux’ script makes the terminals'
  }
}

/** A terminal whose far end is this process: what a serial device is to the computer it is plugged into. */
export class Terminal {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exited = once(child, 'exit')
  }

  /** @param link Where it is found, as long as it is plugged in. */
  static async plug(link: string): Promise<Terminal> {
    const shell = 'stty raw -echo; tty; exec sleep 600'
    const child = spawn('script', ['-qfc', shell, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], SHELL: '/bin/sh' },
    })
    child.stdin.on('error', () => {})
    const terminal = new Terminal(child)
    const [name] = (await once(child.stdout, 'data')) as [Buffer]
    await rm(link, { force: true })
    await symlink(name.toString('utf8').trim(), link)
    return terminal
  }

  /** What the computer has written. */
  get written(): Readable {
    return this.#child.stdout as Readable
  }

  /** What the computer will read. */
  get read(): Writable {
    return this.#child.stdin as Writable
  }

  async unplug(): Promise<void> {
    // Asked to end, it would wait two seconds for its shell, which goes with the terminal anyway.
    this.#child.kill('SIGKILL')
    await this.#exited
    for (const end of [this.#child.stdin, this.#child.stdout]) end?.destroy()
  }
}
