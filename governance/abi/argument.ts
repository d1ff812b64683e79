/** A value as it was written: what a function takes decides what it means. */
export type Argument = bigint | boolean | string | readonly Argument[]

export const units = {
  wei: 1n,
  gwei: 10n ** 9n,
  ether: 10n ** 18n,
  seconds: 1n,
  minutes: 60n,
  hours: 3_600n,
  days: 86_400n,
  weeks: 604_800n,
} as const

const quantity = /^(-?\d{1,78})(?: ([a-z]+))?$/

/** A whole number of digits, with a unit of Solidity or without. */
export function parseQuantity(text: string): bigint | undefined {
  const [, digits, unit = 'wei'] = quantity.exec(text) ?? []
  if (digits === undefined || !Object.hasOwn(units, unit)) return undefined
  return BigInt(digits) * units[unit as keyof typeof units]
}

/** Whether `text` can stand for the bytes of its characters: visible ASCII, and no hexadecimal. */
export function isName(text: string): boolean {
  return /^(?!0x)[!-~]+$/.test(text)
}
