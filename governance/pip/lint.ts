/** The rules of PIPs/README.md that go beyond what makes a text readable. */
import { isFault } from '#base'

import { limits } from '../limits.ts'
import { callsChunk, encodeAction, type NamedContracts } from './calls.ts'
import { numberObjection } from './category.ts'
import { isFileNameOf, pipFileName } from './file-name.ts'
import type { Finding, Report } from './finding.ts'
import { Findings, type Pip, readPip } from './pip.ts'
import { templateSections } from './template.ts'

export interface LintOptions {
  /** Without its folder. */
  readonly fileName?: string | undefined
  /** The PIPs that there are; without them, nobody asks whether those that this one names exist. */
  readonly numbers?: ReadonlySet<number> | undefined
  /** Without them, arguments of actions are not held against functions. */
  readonly contracts?: NamedContracts | undefined
}

/** All that is wrong with `content`, by line. Never throws. */
export function lintPip(content: Uint8Array, options: LintOptions = {}): readonly Finding[] {
  const findings = new Findings()
  const { report } = findings
  const pip = readPip(content, report)
  if (pip === undefined) return findings.all
  checkNumber(pip, options, report)
  checkSections(pip, report)
  checkActions(pip, options, report)
  return findings.all
}

const numberLine = 2
const requiresLine = 8

function checkNumber(pip: Pip, { fileName, numbers }: LintOptions, report: Report): void {
  const { number, title, type, requires } = pip
  const objection = numberObjection(number, type)
  if (objection !== undefined) report(numberLine, 'category', objection)
  if (fileName !== undefined && !isFileNameOf(fileName, number, title)) {
    const cure = `name the file ${pipFileName(number, title)}, or with other words of its title`
    report(numberLine, 'file-name', cure)
  }
  for (const other of requires) {
    if (numbers?.has(other) === false) report(requiresLine, 'reference', `there is no PIP ${other}`)
  }
}

/** Those that an active text still needs: the others may have spoken for the change alone. */
const lasting: ReadonlySet<string> = new Set(['Abstract', 'Specification'])

function isRequired(title: string, { status, type }: Pip): boolean {
  if (status === 'Draft') return true
  return lasting.has(title) && (title === 'Abstract' || type !== 'Informational')
}

function checkSections(pip: Pip, report: Report): void {
  const seen = new Map<string, number>()
  for (const { title, line, body } of pip.sections) {
    if (seen.has(title)) report(line, 'section', `there is a section ${title} already`)
    seen.set(title, seen.get(title) ?? line)
    if (body.every((text) => text === '')) report(line, 'section', `say something in ${title}`)
  }
  let last = 0
  for (const { title, text } of templateSections) {
    const section = pip.sections.find((candidate) => candidate.title === title)
    if (section === undefined) {
      if (isRequired(title, pip))
        report(last || 1, 'section', `add the section ${title} after here`)
      continue
    }
    if (section.line < last)
      report(section.line, 'section', `${title} stands earlier than it should`)
    last = Math.max(last, section.line)
    if (section.body.join('\n').includes(text.join('\n'))) {
      report(section.line, 'placeholder', `write ${title} in place of what the template says there`)
    }
  }
}

function checkActions({ actions }: Pip, { contracts }: LintOptions, report: Report): void {
  if (contracts === undefined) return
  const calls = actions.flatMap((action) => {
    try {
      return [encodeAction(action, contracts)]
    } catch (error) {
      if (!isFault(error, 'GOVERNANCE_ACTION_INVALID')) throw error
      report(action.line, 'actions', error.cure ?? error.code)
      return []
    }
  })
  const size = callsChunk(calls).length
  const most = limits.chunkBytes.value
  if (size > most) {
    report(actions[0]?.line ?? 1, 'actions', `${size} bytes when encoded: shorten them to ${most}`)
  }
}
