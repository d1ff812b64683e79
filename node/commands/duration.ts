import { InvalidArgumentError } from 'commander'

const units = { y: 31_536_000n, d: 86_400n, h: 3_600n, m: 60n, s: 1n } as const
const names = [
  [units.d, 'days'],
  [units.h, 'hours'],
  [units.m, 'minutes'],
] as const

/** Seconds in 2y, 7d, 36h, 90m, or seconds. A year has 365 days. */
export function durationOf(text: string): bigint {
  const [, count, unit = 's'] = /^(\d{1,10})([ydhms])?$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Give a time: 2y, 7d, 36h, 90m or 45s.')
  return BigInt(count) * units[unit as keyof typeof units]
}

/** For people. */
export function durationText(seconds: bigint): string {
  const [unit, name] = names.find(([one]) => seconds > 0n && seconds % one === 0n) ?? [
    1n,
    'seconds',
  ]
  return `${seconds / unit} ${name}`
}
