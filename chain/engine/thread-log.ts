import type { MessagePort, Worker } from 'node:worker_threads'

import type { Log, LogLevel } from '#base'

interface LogMessage {
  readonly log: LogLevel
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** A log whose lines another thread writes. */
export function portLog(port: Pick<MessagePort, 'postMessage'>): Log {
  const at =
    (log: LogLevel) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}) =>
      port.postMessage({ log, message, facts } satisfies LogMessage)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Writes the lines that arrive from `worker` to `log`. */
export function forwardLog(worker: Worker, log: Log): void {
  worker.on('message', (line: Partial<LogMessage>) => {
    if (line.log !== undefined) log[line.log](line.message ?? '', line.facts)
  })
}
