/** The request and response files of ethereum/execution-apis, held against a server. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One file: requests in order, each with the answer that is expected. */
export interface Exchange {
  /** Relative to the suite, without ending. */
  readonly name: string
  /** Only the form of the result is promised. */
  readonly isSchemaOnly: boolean
  readonly steps: readonly { readonly request: string; readonly response: string }[]
}

export function readSuite(folder: string): readonly Exchange[] {
  return globSync('**/*.io', { cwd: folder })
    .toSorted()
    .map((file) => {
      const lines = readFileSync(path.join(folder, file), 'utf8').split('\n')
      const part = (mark: string): string[] =>
        lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length))
      const responses = part('<< ')
      return {
        name: file.replace(/\.io$/, ''),
        isSchemaOnly: lines.some((line) => /^\/\/\s*speconly:/.test(line)),
        steps: part('>> ').map((request, index) => ({ request, response: responses[index] ?? '' })),
      }
    })
}

export function methodsOf({ steps }: Exchange): readonly string[] {
  return steps.map(({ request }) => (JSON.parse(request) as { method: string }).method)
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Both answers as the suite compares them: an error's message is free wherever both have an error,
 * at any depth.
 */
export function comparable(expected: string, actual: string): readonly [Json, Json] {
  return strip(JSON.parse(expected) as Json, JSON.parse(actual) as Json)
}

function strip(expected: Json, actual: Json): readonly [Json, Json] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const pairs = Array.from({ length: Math.min(expected.length, actual.length) }, (_, index) =>
      strip(expected[index] as Json, actual[index] as Json),
    )
    return [
      [...pairs.map(([left]) => left), ...expected.slice(pairs.length)],
      [...pairs.map(([, right]) => right), ...actual.slice(pairs.length)],
    ]
  }
  if (!isObject(expected) || !isObject(actual)) return [expected, actual]
  const left: Record<string, Json> = { ...expected }
  const right: Record<string, Json> = { ...actual }
  for (const key of Object.keys(left)) {
    const [a, b] = [left[key], right[key]]
    if (a !== undefined && b !== undefined) [left[key], right[key]] = strip(a, b)
  }
  const [wanted, given] = [left['error'], right['error']]
  if (isObject(wanted) && isObject(given)) {
    const { message: _, ...ours } = given
    const { message: __, ...theirs } = wanted
    left['error'] = theirs
    right['error'] = ours
  }
  return [left, right]
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
