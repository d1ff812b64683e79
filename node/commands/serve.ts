import process from 'node:process'

import type { Log } from '#base'

import { type RunningNode, runNode, type RunOptions } from '../run.ts'

/** Runs a node until SIGINT, SIGTERM or SIGHUP asks it to stop; a second one ends it at once. */
export async function serve(
  options: RunOptions,
  started: (node: RunningNode) => void,
): Promise<void> {
  const asked = stopSignal(options.log)
  await using node = await runNode(options)
  started(node)
  const signal = await Promise.race([asked, node.failed])
  options.log.info('stopping', { signal })
}

function stopSignal(log: Log): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let asked = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (asked) {
        log.warn('ended before everything was closed', { signal })
        process.exit(1)
      }
      asked = true
      resolve(signal)
    })
  }
  return promise
}
