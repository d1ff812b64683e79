import { plainText } from '../printing.ts'

/** A letter as a node of the mesh tells of it. */
export interface LetterFacts {
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly from?: string | null
  readonly to?: string
  readonly kind: string
  readonly text?: string
  readonly name?: string
  readonly size?: number
}

export function letterText({ number, at, from, to, text, name, size }: LetterFacts): string {
  const who = to === undefined ? `from ${from ?? 'somebody who did not say'}` : `to ${to}`
  const what = text === undefined ? `file ${plainText(name)}, ${size} bytes` : plainText(text)
  return `${number}  ${new Date(at).toISOString()}  ${who}\n  ${what}\n`
}
