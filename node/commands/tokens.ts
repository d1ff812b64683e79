/** Amounts for people. */

const digits = 18

/** Wei in tokens, exactly. */
export function tokensText(wei: bigint): string {
  const text = wei.toString().padStart(digits + 1, '0')
  const decimals = text.slice(-digits).replace(/0+$/, '')
  return `${text.slice(0, -digits)}${decimals === '' ? '' : `.${decimals}`}`
}

/** A number in JSON, tokens for people. */
export function amountShown(isJson: boolean, wei: bigint): string {
  return isJson ? wei.toString() : `${tokensText(wei)} PARS`
}

/** `part` of `whole` in per cent, cut to four decimals; undefined of nothing. */
export function shareText(part: bigint, whole: bigint): string | undefined {
  if (whole === 0n) return undefined
  const text = ((part * 1_000_000n) / whole).toString().padStart(5, '0')
  return `${text.slice(0, -4)}.${text.slice(-4)}%`
}
