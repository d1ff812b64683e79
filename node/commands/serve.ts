import { systemClock } from '../clock.ts'
import { type RunningNode, runNode, type RunOptions } from '../run.ts'
import { stopSignal } from './stop-signal.ts'

interface ServeOptions extends RunOptions {
  /** Seconds from being asked to stop until connections end. */
  readonly drain: number
}

/**
 * Runs a node until SIGINT, SIGTERM or SIGHUP asks it to stop; a later one ends it at once. Who asks
 * `/readyz` is told first; then no connection is taken, calls under way end, then consensus and the
 * stores.
 */
export async function serve(
  options: ServeOptions,
  started: (node: RunningNode) => void,
): Promise<void> {
  const clock = options.clock ?? systemClock
  const asked = stopSignal(options.log, clock)
  await using node = await runNode(options)
  started(node)
  const signal = await Promise.race([asked, node.failed])
  node.drain()
  options.log.info('stopping', { signal })
  await new Promise<void>((resolve) => clock.after(options.drain * 1000, resolve))
}
