/** What the commands about PIPs take on their line, and how they write times. */
import { type Command, InvalidArgumentError } from 'commander'

import { print } from '../printing.ts'

export function addNumber(command: Command): Command {
  return command.argument('<number>', 'of the PIP', numberOf)
}

export function numberOf(text: string): number {
  const [, digits] = /^(?:pip-)?(\d{1,9})$/i.exec(text) ?? []
  const number = Number(digits)
  if (number > 0) return number
  throw new InvalidArgumentError('Give the number of a PIP: 1 to 999999999.')
}

/** A time for people, with how far away it is. Both in seconds since 1970. */
export function timeText(time: number, now: bigint): string {
  const iso = new Date(time * 1_000).toISOString()
  const text = iso.replace('T', ' ').replace('.000Z', ' UTC')
  const away = BigInt(time) - now
  if (away === 0n) return `${text}, now`
  return away > 0n ? `${text}, in ${spanText(away)}` : `${text}, ${spanText(-away)} ago`
}

const units = [
  [86_400n, 'd'],
  [3_600n, 'h'],
  [60n, 'min'],
  [1n, 's'],
] as const

/** The two largest units of a time in seconds. */
function spanText(seconds: bigint): string {
  const parts: string[] = []
  let rest = seconds
  for (const [unit, name] of units) {
    if (rest >= unit) parts.push(`${rest / unit} ${name}`)
    rest %= unit
  }
  return parts.slice(0, 2).join(' ')
}

const whole = 10n ** 18n

/** Votes, which have 18 decimals, cut to four of them. */
export function votesText(votes: bigint): string {
  const decimals = ((votes % whole) / 10n ** 14n).toString().padStart(4, '0').replace(/0+$/, '')
  return `${votes / whole}${decimals === '' ? '' : `.${decimals}`}`
}

/** A result in which votes and times are for people, unless it is for a program. */
export function printed(
  json: boolean,
  facts: Readonly<Record<string, bigint | number | string | undefined>>,
  now: bigint,
): void {
  const readable = Object.entries(facts).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (json) return [[name, value]]
    if (votes.has(name) && typeof value === 'bigint') return [[name, votesText(value)]]
    return [[name, times.has(name) ? timeText(Number(value), now) : value]]
  })
  print(json, Object.fromEntries(readable) as object)
}

const votes: ReadonlySet<string> = new Set(['weight'])
const times: ReadonlySet<string> = new Set(['deadline', 'eta', 'reviewEnds', 'snapshot'])
