/** What is wrong with a text, where, and what to write instead. */
export interface Finding {
  /** Counted from 1. */
  readonly line: number
  readonly rule: Rule
  readonly message: string
}

/** Names of rules, for filters and tests; the message is for people. */
export type Rule =
  | 'actions'
  | 'category'
  | 'character'
  | 'encoding'
  | 'fence'
  | 'file-name'
  | 'front-matter'
  | 'heading'
  | 'html'
  | 'line-end'
  | 'normal-form'
  | 'placeholder'
  | 'reference'
  | 'section'
  | 'size'

/** Takes a finding of one text. */
export type Report = (line: number, rule: Rule, message: string) => void
