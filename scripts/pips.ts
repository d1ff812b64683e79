/**
 * Writes the index in PIPs/README.md from the front matter of all PIPs, and reports what is wrong
 * with them: `node scripts/pips.ts`.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { indexRows, lintPips, parsePip, type PipFile, templateName } from '#governance'

import { withTable } from './docs.ts'

const root = path.join(import.meta.dirname, '..')
const readme = path.join(root, 'PIPs/README.md')

/** The files of PIPs/, the template with them, in the order of their names. */
export function pipFiles(): readonly PipFile[] {
  const folder = path.join(root, 'PIPs')
  return globSync('pip-*.md', { cwd: folder })
    .toSorted()
    .map((name) => ({ name, content: readFileSync(path.join(folder, name)) }))
}

/** PIPs/README.md with its index as the front matter has it. */
export function readmeWithIndex(files: readonly PipFile[]): string {
  const rows = indexRows(
    files
      .filter(({ name }) => name !== templateName)
      .map(({ name, content }) => ({ name, pip: parsePip(content) })),
  )
  const template = [`[0000](${templateName})`, 'The template', '–', '–']
  const header = ['number', 'title', 'type', 'status']
  return withTable(readFileSync(readme, 'utf8'), header, [template, ...rows])
}

/** A line for each finding, as compilers print them. */
export function complaints(files: readonly PipFile[]): readonly string[] {
  return lintPips(files).flatMap(({ name, findings }) =>
    findings.map(({ line, rule, message }) => `PIPs/${name}:${line}: ${message} (${rule})`),
  )
}

if (import.meta.main) {
  const files = pipFiles()
  const found = complaints(files)
  if (found.length === 0) writeFileSync(readme, readmeWithIndex(files))
  for (const line of found) console.error(line)
  process.exitCode = found.length === 0 ? 0 : 1
}
