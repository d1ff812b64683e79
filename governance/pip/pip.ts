/** A PIP, read from its Markdown. @see PIPs/README.md, "Form" */
import { Fault } from '#base'

import { limits } from '../limits.ts'
import { type Action, readActions } from './actions.ts'
import { fourDigits } from './category.ts'
import type { Finding, Report } from './finding.ts'
import { type FrontMatter, readFrontMatter, writeFrontMatter } from './front-matter.ts'
import { readOutline, type Section } from './outline.ts'
import { readLines } from './text.ts'

export interface Pip extends FrontMatter {
  /** What stands under headings of the second level, in order. */
  readonly sections: readonly Section[]
  readonly actions: readonly Action[]
}

/** Findings up to the limit, by line when all are there. */
export class Findings {
  readonly #all: Finding[] = []
  readonly report: Report = (line, rule, message) => {
    if (this.#all.length < limits.findings.value) this.#all.push({ line, rule, message })
  }

  get all(): readonly Finding[] {
    return this.#all.toSorted((a, b) => a.line - b.line)
  }
}

/** What `content` says as far as it can be read; what cannot goes to `report`. Never throws. */
export function readPip(content: Uint8Array, report: Report): Pip | undefined {
  const lines = readLines(content, report)
  if (lines === undefined) return undefined
  const { values, end } = readFrontMatter(lines, report)
  if (values === undefined) return undefined
  const { heading, sections, blocks } = readOutline(lines, end, report)
  const expected = titleOf(values)
  if (heading === undefined) report(end + 2, 'heading', `begin the text with "# ${expected}"`)
  else if (heading.title !== expected) report(heading.line, 'heading', `write "# ${expected}"`)
  return { ...values, sections, actions: readActions(blocks, report) }
}

function titleOf({ number, title }: FrontMatter): string {
  return `PIP-${fourDigits(number)}: ${title}`
}

/** Reads `content`. Throws `GOVERNANCE_PIP_INVALID` with a line for each of the first findings. */
export function parsePip(content: Uint8Array): Pip {
  const findings = new Findings()
  const pip = readPip(content, findings.report)
  if (pip !== undefined && findings.all.length === 0) return pip
  const problems = findings.all.map(({ line, message }) => `line ${line}: ${message}`)
  throw new Fault(
    {
      code: 'GOVERNANCE_PIP_INVALID',
      count: problems.length,
      problems: problems.slice(0, 20).join('; '),
    },
    'correct what is named: pars pip lint lists all of it',
  )
}

/** The Markdown of a PIP with these sections, as `parsePip` reads it. */
export function writePip(
  values: FrontMatter,
  sections: readonly Pick<Section, 'title' | 'body'>[],
): string {
  const parts = sections.map(({ title, body }) => [`## ${title}`, ...body].join('\n'))
  return [...writeFrontMatter(values), '', `# ${titleOf(values)}`, '', ...parts, ''].join('\n')
}
