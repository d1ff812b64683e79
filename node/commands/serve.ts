import process from 'node:process'

import type { Clock, Log } from '#base'

import { systemClock } from '../clock.ts'
import { type RunningNode, runNode, type RunOptions } from '../run.ts'

/** A terminal and a launcher both pass on one Ctrl-C; a person who presses it again takes longer. */
const echo = 500

/** Runs a node until SIGINT, SIGTERM or SIGHUP asks it to stop; a later one ends it at once. */
export async function serve(
  options: RunOptions,
  started: (node: RunningNode) => void,
): Promise<void> {
  const asked = stopSignal(options.log, options.clock ?? systemClock)
  await using node = await runNode(options)
  started(node)
  const signal = await Promise.race([asked, node.failed])
  options.log.info('stopping', { signal })
}

function stopSignal(log: Log, clock: Clock): Promise<string> {
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
