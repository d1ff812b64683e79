/** All PIPs of a folder together. */
import { fourDigits } from './category.ts'
import { numberInFileName } from './file-name.ts'
import type { Finding } from './finding.ts'
import { lintPip, type LintOptions } from './lint.ts'
import type { Pip } from './pip.ts'

export interface PipFile {
  /** Without its folder. */
  readonly name: string
  readonly content: Uint8Array
}

/** The template is no PIP. */
export const templateName = 'pip-0000-template.md'

/** What is wrong with each file, and with some of them together; by the order of `files`. */
export function lintPips(
  files: readonly PipFile[],
  options: Pick<LintOptions, 'contracts'> = {},
): readonly { readonly name: string; readonly findings: readonly Finding[] }[] {
  const proposals = files.filter(({ name }) => name !== templateName)
  const numbers = new Set<number>()
  const twice = new Set<number>()
  for (const { name } of proposals) {
    const number = numberInFileName(name)
    if (number === undefined) continue
    if (numbers.has(number)) twice.add(number)
    numbers.add(number)
  }
  return proposals.map(({ name, content }) => {
    const findings = lintPip(content, { ...options, fileName: name, numbers })
    const number = numberInFileName(name)
    const isTwice = number !== undefined && twice.has(number)
    const message = 'another file has this number: take one that is free'
    const double: Finding = { line: 2, rule: 'file-name', message }
    return { name, findings: isTwice ? [double, ...findings] : findings }
  })
}

/** The rows of the index, lowest number first. */
export function indexRows(
  pips: readonly { readonly name: string; readonly pip: Pip }[],
): readonly (readonly string[])[] {
  return pips
    .toSorted((a, b) => a.pip.number - b.pip.number)
    .map(({ name, pip }) => {
      const link = `[${fourDigits(pip.number)}](${name})`
      return [link, pip.title.replaceAll('|', String.raw`\|`), pip.type, pip.status]
    })
}
