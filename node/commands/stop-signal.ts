import process from 'node:process'

import type { Clock, Log } from '#base'

/** A terminal and a launcher both pass on one Ctrl-C; a person who presses it again takes longer. */
const echo = 500

/** Resolves with the first signal that asks to stop; a later one ends the process at once. */
export function stopSignal(log: Log, clock: Clock): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let asked: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked !== undefined && clock.now() - asked > echo) {
        log.warn('ended before everything was closed', { signal })
        process.exit(1)
      }
      asked ??= clock.now()
      resolve(signal)
    })
  }
  return promise
}
