import { utf8 } from '#base'
import { type FrontMatter, writePip } from '#governance'

export const frontMatter: FrontMatter = {
  number: 42,
  title: 'Larger blocks for a larger network',
  author: 'Ada, Grace',
  type: 'Core',
  status: 'Draft',
  created: '2026-11-22',
  requires: [1, 4],
}

const titles = [
  'Abstract',
  'Motivation',
  'Specification',
  'Rationale',
  'Compatibility',
  'Security considerations',
  'Test cases',
]

/** The Markdown of a PIP that has nothing wrong, but for `changes` and the specification `lines`. */
export function sampleText(
  changes: Partial<FrontMatter> = {},
  lines: readonly string[] = ['What there is to say.'],
): string {
  const sections = titles.map((title) => ({
    title,
    body: ['', ...(title === 'Specification' ? lines : ['What there is to say.']), ''],
  }))
  return `${writePip({ ...frontMatter, ...changes }, sections).trimEnd()}\n`
}

export function sampleBytes(...parameters: Parameters<typeof sampleText>): Uint8Array {
  return utf8(sampleText(...parameters))
}
