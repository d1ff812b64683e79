import type { Clock, Log, Timer } from '#base'
import type { Chain } from '#chain'

const interval = 12_000

/** One line about the chain, every twelve seconds. */
export function startStatusLine(init: {
  readonly chain: Chain
  readonly clock: Clock
  readonly log: Log
}): Timer {
  const { chain, clock, log } = init
  let before = chain.head.header.number
  let timer = clock.after(interval, tick)
  function tick(): void {
    const { number, timestamp } = chain.head.header
    log.info('status', {
      head: number,
      blocks: `+${number - before}`,
      age: `${Math.max(0, Math.floor(clock.now() / 1000) - Number(timestamp))}s`,
      pool: chain.pool.size,
      baseFee: `${Number(chain.nextBaseFee) / 1e9} gwei`,
      memory: `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
    })
    before = number
    timer = clock.after(interval, tick)
  }
  return { cancel: () => timer.cancel() }
}
