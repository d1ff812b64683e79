/**
 * An error with a stable code and the facts that explain it. Every code stands in docs/ERRORS.md.
 *
 * A folder declares its faults as one union, `Fault<{ code: 'POOL_FULL'; bytes: number } | ...>`,
 * so that callers can switch over `fault.facts`.
 */
export class Fault<
  Facts extends { readonly code: string } = { readonly code: string },
> extends Error {
  override readonly name = 'Fault'
  readonly facts: Facts
  /** What the reader can do about it: the end of the message. */
  readonly cure: string | undefined

  constructor(facts: Facts, cure?: string, options?: ErrorOptions) {
    super(cure === undefined ? explain(facts) : `${explain(facts)}: ${cure}`, options)
    this.facts = facts
    this.cure = cure
  }

  get code(): Facts['code'] {
    return this.facts.code
  }
}

function explain({ code, ...rest }: { readonly code: string }): string {
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${String(value)}`)
  return facts.length === 0 ? code : `${code} (${facts.join(', ')})`
}

/** Facts as JSON has them: integers that may be large as decimal text, bytes in hexadecimal. */
export function plainFacts(facts: object): Readonly<Record<string, unknown>> {
  const entries = Object.entries(facts).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'bigint') return [name, value.toString()]
    return [name, value instanceof Uint8Array ? `0x${value.toHex()}` : value]
  })
  return Object.fromEntries(entries)
}

/** Whether `error` is a Fault with one of `codes` (any code when none is given). */
export function isFault(error: unknown, ...codes: readonly string[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code))
}
