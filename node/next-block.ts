/** The block that can have what is sent now. */
import { systemClock } from './clock.ts'
import { limits } from './limits.ts'

/**
 * Seconds since 1970 that a block of now is not before. It has the median of the times at which
 * validators made the headers that its commit stands on: by then that is a moment ago.
 *
 * @param lag Milliseconds.
 */
export function laggingNow(lag: number = limits.blockLag.value): bigint {
  return BigInt(Math.floor((systemClock.now() - lag) / 1_000))
}

/**
 * Seconds since 1970, by the timestamp of the last block, which a chain without transactions may have
 * made long ago. What is allowed at this time is hardly refused in the block for being early.
 */
export function timeOfNextBlock(head: bigint): bigint {
  const now = laggingNow()
  return now > head ? now : head + 1n
}
