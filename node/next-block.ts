/** The block that can have what is sent now. */
import { systemClock } from './clock.ts'

/**
 * Seconds. A block has the median of the times at which validators made the headers that its commit
 * stands on: by then that is a moment ago.
 */
const lag = 2n

/**
 * Seconds since 1970, by the timestamp of the last block, which a chain without transactions may have
 * made long ago. The block may come later than that, hardly before: what is allowed at this time is not
 * refused there for being early.
 */
export function timeOfNextBlock(head: bigint): bigint {
  const clock = BigInt(Math.floor(systemClock.now() / 1_000)) - lag
  return clock > head ? clock : head + 1n
}
