/** How commands print what they found. */
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'

import { plainFacts } from '#base'

/** Steps for people, on standard error: standard output is the result’s. */
export function progress(json: boolean): (step: string) => void {
  return (step) => {
    if (!json) process.stderr.write(`${step}\n`)
  }
}

/** One JSON value, or a line for each fact. */
export function print(json: boolean, facts: object): void {
  const plain = plainFacts(facts)
  if (json) process.stdout.write(`${JSON.stringify(plain)}\n`)
  else process.stdout.write(table(plain))
}

/** Names and values in two columns. Texts of strangers are made fit for a terminal. */
function table(facts: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(facts).map(({ length }) => length))
  return Object.entries(facts)
    .map(([name, value]) => `${name.padEnd(width)}  ${plainText(value)}\n`)
    .join('')
}

export function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return stripVTControlCharacters(text ?? '').replaceAll(/\p{Cc}+/gu, ' ')
}
