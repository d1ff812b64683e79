/** The text that a new PIP starts from. */
import type { FrontMatter } from './front-matter.ts'
import { writePip } from './pip.ts'

/** What each section is to hold, in the order of a draft. */
export const templateSections = [
  {
    title: 'Abstract',
    text: ['The proposal in one paragraph that stands alone.'],
  },
  {
    title: 'Motivation',
    text: ['What is wrong or missing today, and for whom. Numbers rather than adjectives.'],
  },
  {
    title: 'Specification',
    text: [
      'The rule, complete enough for an independent implementation. Every constant has a value and a unit,',
      'every field a type and a range, every order a first and a last element.',
    ],
  },
  {
    title: 'Rationale',
    text: ['Why this and not the alternatives that were considered, each named.'],
  },
  {
    title: 'Compatibility',
    text: [
      'What stops working, for which networks, contracts, keys or clients. What activates it, and when.',
    ],
  },
  {
    title: 'Security considerations',
    text: ['Who can gain by it, what an attacker pays, what remains unprotected.'],
  },
  {
    title: 'Test cases',
    text: ['Vectors that another implementation can run, and where they come from.'],
  },
] as const

/** The Markdown of a draft in which every section says what belongs there. */
export function draftPip(values: Omit<FrontMatter, 'status'>): string {
  return writePip(
    { ...values, status: 'Draft' },
    templateSections.map(({ title, text }, index) => ({
      title,
      body: ['', ...text, ...(index === templateSections.length - 1 ? [] : [''])],
    })),
  )
}
