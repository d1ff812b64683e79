import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { Duplex } from 'node:stream'

import type { Clock, Log } from '#base'
import { hdlc } from '#mesh'

import { limits } from './limits.ts'
import type { MediaPorts } from './ports.ts'
import { type Dialled, StreamMedium } from './stream-medium.ts'
import type { Named } from './tcp.ts'

/** Whoever is behind the standard input and output of a command, which a shell runs. */
export function pipeMedium(
  { name, facts, isPaced, command }: Named & { readonly command: string },
  ports: MediaPorts,
): StreamMedium {
  const dialled: Dialled = {
    open: () => CommandStream.start(command, name, ports),
  }
  return new StreamMedium(
    { name, kind: 'pipe', facts, isPaced, framing: hdlc, dialled: [dialled] },
    ports,
  )
}

const hasGroups = process.platform !== 'win32'
/** Milliseconds from being asked to end until being ended. */
const patience = 2_000

/** Closed when its command has ended. */
class CommandStream extends Duplex {
  readonly #child: ChildProcess
  readonly #clock: Clock
  readonly #orphaned = (): void => this.#signal('SIGKILL')

  private constructor(child: ChildProcess, clock: Clock) {
    super()
    this.#child = child
    this.#clock = clock
    process.once('exit', this.#orphaned)
    child.stdin?.on('error', (error) => this.destroy(error))
    child.stdout?.on('error', (error) => this.destroy(error))
    child.stdout?.on('data', (chunk) => {
      if (!this.push(chunk)) child.stdout?.pause()
    })
    // Not at its exit: what it has said may still be on the way.
    child.once('close', (code, signal) => {
      this.destroy(new Error(`the command ended with ${signal ?? `exit code ${code}`}`))
    })
  }

  static async start(
    command: string,
    medium: string,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): Promise<CommandStream> {
    // A group of its own, so that what the shell has started ends with it.
    const child = spawn(command, { shell: true, stdio: 'pipe', detached: hasGroups })
    child.stderr.on('error', () => {})
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString('utf8', 0, limits.commandWords.value).trim()
      log.info('a command says', { medium, text })
    })
    await once(child, 'spawn')
    return new CommandStream(child, clock)
  }

  override _read(): void {
    this.#child.stdout?.resume()
  }

  override _write(
    chunk: Uint8Array,
    _encoding: BufferEncoding,
    taken: (error?: Error | null) => void,
  ): void {
    this.#child.stdin?.write(chunk, taken)
  }

  override _destroy(error: Error | null, closed: (error?: Error | null) => void): void {
    this.#end(() => closed(error))
  }

  #end(ended: () => void): void {
    const child = this.#child
    this.#signal('SIGTERM')
    const timer = this.#clock.after(patience, () => this.#signal('SIGKILL'))
    const finish = (): void => {
      timer.cancel()
      // What the command has left behind in its group.
      this.#signal('SIGKILL')
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
      process.removeListener('exit', this.#orphaned)
      ended()
    }
    if (child.exitCode === null && child.signalCode === null) child.once('exit', finish)
    else finish()
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      if (hasGroups) process.kill(-pid, signal)
      else this.#child.kill(signal)
    } catch {
      // Nobody is left.
    }
  }
}
