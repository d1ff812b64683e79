/**
 * The form of a text: its headings and its fenced blocks. It reads a subset of CommonMark in which
 * a block begins and ends in one way only, so that people see in any viewer what is read here.
 *
 * @see CommonMark 0.31, "Fenced code blocks", "ATX headings", "HTML blocks"
 */
import type { Report } from './finding.ts'

export interface Section {
  readonly title: string
  /** Of its heading, counted from 1. */
  readonly line: number
  /** Lines after the heading. */
  readonly body: readonly string[]
}

export interface Block {
  /** What stands behind the backticks. */
  readonly info: string
  /** Of its first backticks, counted from 1. */
  readonly line: number
  readonly body: readonly string[]
}

export interface Outline {
  /** The first-level heading, and its line. */
  readonly heading: { readonly title: string; readonly line: number } | undefined
  readonly sections: readonly Section[]
  readonly blocks: readonly Block[]
}

const opening = /^(`{3,})([^`]*)$/
const closing = /^ {0,3}(`{3,}) *$/
/** A fence behind a space, a quotation or a list, or one of tildes. */
const misplaced = /^(?:[\s>*+-]|\d+[.)])*(?:~{3}|(?<!^)`{3})/
/** What is no HTML, whatever it looks like: escapes, code, and backticks that open none. */
const literal = /\\.|(`+)(?!`).*?(?<!`)\1(?!`)|`+/g
/** What HTML begins with; an address in angle brackets is none. */
const html = /<(?![a-z][a-z0-9+.-]*:)[!?/a-z]/i

/** Reads `lines` from line `start` on, counted from 0. */
export function readOutline(lines: readonly string[], start: number, report: Report): Outline {
  const sections: { title: string; line: number; body: string[] }[] = []
  const blocks: Block[] = []
  let heading: Outline['heading']
  let block: { info: string; line: number; body: string[]; fence: string } | undefined
  for (const [index, line] of lines.entries()) {
    if (index < start) continue
    const at = index + 1
    const open = block === undefined ? opening.exec(line) : null
    if (block !== undefined) {
      if (closes(line, block.fence)) {
        blocks.push(block)
        block = undefined
      } else block.body.push(line)
    } else if (open !== null) {
      block = { info: (open[2] ?? '').trim(), line: at, body: [], fence: open[1] ?? '' }
    } else {
      checkLine(line, at, report)
      if (line.startsWith('# ')) {
        if (heading !== undefined) report(at, 'heading', 'one title is enough: begin with ##')
        heading ??= { title: line.slice(2), line: at }
      }
      if (line.startsWith('## ')) {
        sections.push({ title: line.slice(3), line: at, body: [] })
        continue
      }
    }
    sections.at(-1)?.body.push(line)
  }
  if (block !== undefined) report(block.line, 'fence', `close the block with ${block.fence}`)
  return { heading, sections, blocks }
}

function closes(line: string, fence: string): boolean {
  const [, backticks = ''] = closing.exec(line) ?? []
  return backticks.length >= fence.length
}

function checkLine(line: string, at: number, report: Report): void {
  if (misplaced.test(line)) {
    report(at, 'fence', 'begin a fenced block at the start of its line, with backticks')
  }
  if (html.test(line.replaceAll(literal, ' '))) {
    report(at, 'html', 'write HTML as code, between backticks')
  }
}
