/** The shell of a guide's reader. */
import { spawn } from 'node:child_process'

/** A shell that keeps its variables from block to block. */
export class Shell implements AsyncDisposable {
  readonly #process
  readonly #ended: Promise<unknown>
  #output = ''
  #watch: () => void = () => undefined
  #runs = 0

  constructor(cwd: string, environment: NodeJS.ProcessEnv) {
    this.#process = spawn('sh', [], { cwd, env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve))
    this.#process.stdout.on('data', (data) => {
      this.#output += String(data)
      this.#watch()
    })
    this.#process.stdin.write('exec 2>&1\n')
  }

  /** What the lines print, on both streams. */
  run(lines: string): Promise<string> {
    const end = `-- end of block ${++this.#runs} --\n`
    return new Promise((resolve) => {
      this.#watch = () => {
        if (!this.#output.endsWith(end)) return
        const text = this.#output.slice(0, -end.length)
        this.#output = ''
        resolve(text)
      }
      this.#process.stdin.write(`${lines}printf '%s\\n' '${end.trimEnd()}'\n`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end()
    await this.#ended
  }
}
