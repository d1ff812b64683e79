/** A program at a terminal of tmux, seen as a person sees it. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why there are no terminals here, or undefined where there are. */
export const noTerminals =
  spawnSync('tmux', ['-V']).status === 0 ? undefined : 'tmux is not installed'

/** Milliseconds after which a screen will not show it any more. */
const patience = 30_000

export class Terminal implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** The file that holds the program's exit code. */
  get #status(): string {
    return path.join(this.#folder, 'status')
  }

  /** Starts `program` in a terminal of its own, 50 lines high. */
  static async open(program: readonly string[], cwd: string, columns = 160): Promise<Terminal> {
    const folder = await mkdtemp(path.join(tmpdir(), 'pars-tty-'))
    const terminal = new Terminal(folder)
    // A program that has ended leaves its last screen.
    await writeFile(path.join(folder, 'tmux.conf'), 'set -g remain-on-exit on\n')
    const size = ['-x', String(columns), '-y', '50']
    // What tmux itself knows of an exit code depends on signals that not every sandbox delivers.
    const noting = ['sh', '-c', 'trap : INT; "$@"; echo $? >"$0"', terminal.#status]
    await terminal.#tmux('new-session', '-d', ...size, '-c', cwd, '--', ...noting, ...program)
    return terminal
  }

  /** What the screen shows, once `pattern` stands there. No line ends with a space. */
  async shows(pattern: RegExp): Promise<string> {
    const end = Date.now() + patience
    for (; ; await setTimeout(20)) {
      const ended = (await this.#exitCode()) !== undefined || Date.now() > end
      const screen = await this.#tmux('capture-pane', '-p')
      if (pattern.test(screen)) return screen
      if (ended) throw new Error(`no ${pattern}:\n${screen}`)
    }
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', '--', text)
  }

  /** Enter, Tab, BSpace or C-c, as tmux calls them. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  async exitCode(): Promise<number> {
    for (const end = Date.now() + patience; ; await setTimeout(20)) {
      const code = await this.#exitCode()
      if (code !== undefined) return code
      if (Date.now() > end) throw new Error(`it runs:\n${await this.#tmux('capture-pane', '-p')}`)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined)
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #exitCode(): Promise<number | undefined> {
    const text = await readFile(this.#status, 'utf8').catch(() => '')
    return text.trim() === '' ? undefined : Number(text)
  }

  async #tmux(...parameters: readonly string[]): Promise<string> {
    const server = [
      '-S',
      path.join(this.#folder, 'socket'),
      '-f',
      path.join(this.#folder, 'tmux.conf'),
    ]
    return (await run('tmux', [...server, ...parameters])).stdout
  }
}
