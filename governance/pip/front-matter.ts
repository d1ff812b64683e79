/** The lines between the first two `---`: the fields of the template, one to a line. */
import { z } from 'zod'

import { utf8 } from '#base'

import { limits } from '../limits.ts'
import { fileStatuses, pipTypes, type FileStatus, type PipType } from './category.ts'
import type { Report } from './finding.ts'

export interface FrontMatter {
  readonly number: number
  readonly title: string
  /** Names or handles, separated by commas. */
  readonly author: string
  readonly type: PipType
  readonly status: FileStatus
  /** YYYY-MM-DD. */
  readonly created: string
  readonly requires: readonly number[]
}

/** A line without a space at its ends or two in a row. */
function phrase(cure: string, most: number): z.ZodType<string> {
  return z
    .string()
    .regex(/^\S+(?: \S+)*$/, `${cure}, with single spaces between words`)
    .refine((text) => utf8(text).length <= most, `${cure} of at most ${most} bytes`)
}

const numeral = /^[1-9]\d{0,8}$/
const list = /^\[(?:[1-9]\d{0,8}(?:, [1-9]\d{0,8})*)?\]$/

const requires = z
  .string()
  .regex(list, 'list numbers of PIPs: [], [7] or [2, 7]')
  .transform((text) => Array.from(text.matchAll(/\d+/g), ([digits]) => Number(digits)))
  .refine(
    (numbers) => numbers.every((number, index) => number > (numbers[index - 1] ?? 0)),
    'list each PIP once, lowest first',
  )
  .refine(({ length }) => length <= limits.requires.value, `list ${limits.requires.value} at most`)

const schema = z
  .object({
    pip: z.string().regex(numeral, 'give a number from 1 to 999999999, without zeros before it'),
    title: phrase('give a title', limits.titleBytes.value),
    author: phrase('name the authors', limits.authorBytes.value),
    type: z.enum(pipTypes, `choose one of ${pipTypes.join(', ')}`),
    status: z.enum(fileStatuses, `choose one of ${fileStatuses.join(', ')}`),
    created: z.iso.date('give a date: YYYY-MM-DD'),
    requires,
  })
  .refine(({ pip, requires: numbers }) => !numbers.includes(Number(pip)), {
    path: ['requires'],
    message: 'a PIP does not require itself',
  })

const fields = Object.keys(schema.shape)
const fence = '---'

/** What the front matter of `lines` says, if it is well-formed, and the line after it, from 0. */
export function readFrontMatter(
  lines: readonly string[],
  report: Report,
): { readonly values: FrontMatter | undefined; readonly end: number } {
  const last = fields.length + 1
  if (lines[0] !== fence || lines[last] !== fence) {
    const at = lines[0] === fence ? Math.min(last, lines.length - 1) : 0
    const order = fields.join(', ')
    report(at + 1, 'front-matter', `write ---, the fields ${order}, one line each, and --- again`)
    return { values: undefined, end: 0 }
  }
  const texts: Record<string, string> = {}
  for (const [index, field] of fields.entries()) {
    const line = lines[index + 1] ?? ''
    const start = `${field}: `
    if (line.startsWith(start)) texts[field] = line.slice(start.length)
    else report(index + 2, 'front-matter', `write this line as "${start}…"`)
  }
  const isComplete = Object.keys(texts).length === fields.length
  return { values: isComplete ? check(texts, report) : undefined, end: last + 1 }
}

function check(texts: Readonly<Record<string, string>>, report: Report): FrontMatter | undefined {
  const { success, data, error } = schema.safeParse(texts)
  if (success) {
    const { pip, ...rest } = data
    return { number: Number(pip), ...rest }
  }
  for (const { path, message } of error.issues) {
    const field = String(path[0])
    report(fields.indexOf(field) + 2, 'front-matter', `${field}: ${message}`)
  }
  return undefined
}

/** The front matter of `values`, as lines. */
export function writeFrontMatter({ number, requires: numbers, ...rest }: FrontMatter): string[] {
  const texts: Readonly<Record<string, string>> = {
    pip: String(number),
    ...rest,
    requires: `[${numbers.join(', ')}]`,
  }
  return [fence, ...fields.map((field) => `${field}: ${texts[field] ?? ''}`), fence]
}
