import { concat, fixed } from '#base'
import { sha256 } from '#crypto'

/** A call of one precompile. */
export interface Case {
  readonly name: string
  readonly to: number
  readonly input: Uint8Array
  /** Calls by a user that have to succeed first. */
  readonly before?: readonly { readonly to: Uint8Array; readonly input: Uint8Array }[]
  /** The call is to fail, with this much gas given to it. */
  readonly fails?: number
}

/** Bytes without a pattern. */
export function filled(size: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, index) => sha256(fixed(index, 8)))
  return concat(...blocks).slice(0, size)
}
