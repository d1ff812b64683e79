/** Files of PIPs. */
import { open, readdir } from 'node:fs/promises'
import path from 'node:path'

import { Fault } from '#base'
import { type Finding, limits, lintPip, namedContracts, templateName } from '#governance'

import { reasonOf, readUpTo } from '../files.ts'

const mostBytes = limits.chunkBytes.value * limits.chunks.value

export interface Linted {
  readonly file: string
  readonly content: Uint8Array
  readonly findings: readonly Finding[]
}

/** Reads and lints. Throws `NODE_FILE`. */
export async function lintFile(file: string): Promise<Linted> {
  const content = await readPip(file)
  const folder = path.dirname(file)
  const fileName = path.basename(file)
  const numbers = await numbersIn(folder)
  const findings = lintPip(content, { fileName, numbers, contracts: namedContracts })
  return { file, content, findings }
}

/** The bytes of a PIP without mistakes. Throws `NODE_FILE` and `NODE_PIP_LINT`. */
export async function soundFile(file: string): Promise<Uint8Array> {
  const linted = await lintFile(file)
  if (linted.findings.length > 0) throw unsound([linted])
  return linted.content
}

/** A line for each finding, as compilers print them. */
export function findingLines({ file, findings }: Linted): readonly string[] {
  return findings.map(({ line, rule, message }) => `${file}:${line}: ${message} (${rule})`)
}

export function unsound(linted: readonly Linted[]): Fault {
  const lines = linted.flatMap(findingLines)
  return new Fault(
    { code: 'NODE_PIP_LINT', findings: lines.length, first: lines[0] ?? '' },
    'correct what pars pip lint names',
  )
}

async function readPip(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file)
    // What is longer is read far enough for lint to say so.
    return await readUpTo(handle, mostBytes + 1)
  } catch (error) {
    const reason = reasonOf(error)
    throw new Fault({ code: 'NODE_FILE', file, reason }, 'name a file that you can read')
  }
}

/** The PIPs of a folder; undefined where it is no folder of PIPs, and a text may require others. */
async function numbersIn(folder: string): Promise<ReadonlySet<number> | undefined> {
  const names = await readdir(folder)
  if (!names.includes(templateName)) return undefined
  return new Set(
    names.flatMap((name) => /^pip-(\d{4,9}).*\.md$/.exec(name)?.slice(1, 2) ?? []).map(Number),
  )
}
