import { InvalidArgumentError } from 'commander'

import { durationOf } from '../../duration.ts'

const day = 86_400n

/** How long a recovery waits, in seconds. */
export function delayOf(text: string): bigint {
  const seconds = durationOf(text)
  if (seconds >= day && seconds <= 365n * day) return seconds
  throw new InvalidArgumentError('Give 1d to 365d: days, hours (36h) or seconds.')
}
