import { systemClock } from '../clock.ts'
import { type RunningNode, runNode, type RunOptions } from '../run.ts'
import { stopSignal } from './stop-signal.ts'

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
