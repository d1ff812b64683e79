import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { type REPLServer, start } from 'node:repl'
import type { Context } from 'node:vm'

import { isFault } from '#base'

import { parsHome } from '../home.ts'

/**
 * Reads, asks and prints until the input ends. What was typed is kept in a file for its owner alone,
 * where a terminal is.
 */
export async function prompt(scope: Context): Promise<void> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY
  const server = start({
    prompt: isTerminal ? '> ' : '',
    terminal: isTerminal,
    ignoreUndefined: true,
    useGlobal: false,
  })
  Object.defineProperties(server.context, Object.getOwnPropertyDescriptors(scope))
  awaitResults(server)
  if (isTerminal) await keepHistory(server)
  await new Promise<void>((resolve) => server.once('exit', () => resolve()))
}

type Done = (error: Error | null, value: unknown) => void

/** What is typed is a question: its answer is printed, not the promise of one. */
function awaitResults(server: REPLServer): void {
  const evaluate = server.eval
  const settle = async (value: unknown, done: Done): Promise<void> => {
    try {
      done(null, await value)
    } catch (error) {
      if (isFault(error)) server.output.write(`${error.message}\n`)
      done(isFault(error) ? null : asError(error), undefined)
    }
  }
  const evaluateAndWait: typeof evaluate = (code, context, file, done) => {
    evaluate.call(server, code, context, file, (error, value: unknown) => {
      if (error === null) void settle(value, done)
      else done(error, undefined)
    })
  }
  Object.assign(server, { eval: evaluateAndWait })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** Of mode 0600. Without it where the folder cannot be written. */
async function keepHistory(server: REPLServer): Promise<void> {
  try {
    await mkdir(parsHome(), { recursive: true, mode: 0o700 })
  } catch {
    return
  }
  const file = path.join(parsHome(), 'attach_history')
  await new Promise<void>((resolve) => server.setupHistory(file, () => resolve()))
}
