import { InvalidArgumentError } from 'commander'

const units = { s: 1n, h: 3_600n, d: 86_400n } as const

/** Seconds in 7d, 36h, or seconds. */
export function durationOf(text: string): bigint {
  const [, count = '', unit = 's'] = /^(\d{1,10})([dhs])?$/.exec(text) ?? []
  const seconds = count === '' ? 0n : BigInt(count) * units[unit as keyof typeof units]
  if (seconds >= units.d && seconds <= 365n * units.d) return seconds
  throw new InvalidArgumentError('Give 1d to 365d: days, hours (36h) or seconds.')
}

/** For people. */
export function durationText(seconds: bigint): string {
  for (const [unit, name] of [
    [units.d, 'days'],
    [units.h, 'hours'],
  ] as const) {
    if (seconds % unit === 0n) return `${seconds / unit} ${name}`
  }
  return `${seconds} seconds`
}
