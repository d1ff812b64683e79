/** A bound on something that a stranger can grow. docs/LIMITS.md lists them all, and a test compares. */
export interface Limit {
  readonly value: number
  readonly unit: string
  readonly why: string
}
export type Limits = Readonly<Record<string, Limit>>
