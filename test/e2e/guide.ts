/** A guide as its reader meets it: the blocks of one Markdown file, in their order. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')

export interface Block {
  /** Text of the heading of second degree that it stands below; empty before the first. */
  readonly section: string
  readonly language: string
  /** Undefined unless the reader is to save it. */
  readonly file: string | undefined
  readonly text: string
}

/** @param file Its path from the root of the repository. */
export function blocksOf(file: string): readonly Block[] {
  const [start = '', ...parts] = readFileSync(path.join(root, file), 'utf8').split(/^## /m)
  return [`\n${start}`, ...parts].flatMap((part) => {
    const section = part.slice(0, part.indexOf('\n'))
    const blocks = part.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)
    return [...blocks].map(([, language = '', name, text = '']) => {
      return { section, language, file: name, text }
    })
  })
}

/** What a printed output stands for: `…` for what differs each time. */
export function patternOf(text: string): RegExp {
  const escaped = text
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${escaped.join('[^\\n]+')}$`)
}
