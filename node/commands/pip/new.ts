import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import type { Command } from 'commander'

import { Fault, utf8 } from '#base'
import { draftPip, lintPip, pipFileName, type PipType, pipTypes } from '#governance'

import { systemClock } from '../../clock.ts'
import { reasonOf } from '../../files.ts'
import { addJsonOption, listOf } from '../arguments.ts'
import { print } from '../printing.ts'
import { numberOf } from './arguments.ts'

interface NewFlags {
  readonly author: string
  readonly type?: PipType
  readonly requires: readonly number[]
  readonly out: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<number>', 'whose thousands are the category', numberOf)
    .argument('<title>', 'what changes, in a few words')
    .requiredOption('--author <names>', 'names or handles, separated by commas')
    .option('--type <type>', `that of the category unless given: ${pipTypes.join(', ')}`)
    .option('--requires <numbers>', 'PIPs that a reader needs first, between commas', numbersOf, [])
    .option('--out <folder>', 'for the file', '.')
    .addHelpText(
      'after',
      `
For example: pars pip new 42 "A larger block" --author "Ada" --out PIPs`,
    )
  addJsonOption(command).action(create)
}

async function create(number: number, title: string, flags: NewFlags): Promise<void> {
  const type = flags.type ?? pipTypes[Math.floor(number / 1_000)]
  if (type === undefined) {
    const reason = `the category of ${number} has no type of its own`
    throw new Fault({ code: 'NODE_USAGE', reason }, 'give one with --type')
  }
  const created = new Date(systemClock.now()).toISOString().slice(0, 10)
  const { author, requires } = flags
  const draft = draftPip({ number, title, author, type, created, requires })
  checkDraft(draft)
  const file = path.join(flags.out, pipFileName(number, title))
  try {
    await writeFile(file, draft, { flag: 'wx' })
  } catch (error) {
    throw new Fault(
      { code: 'NODE_FILE', file, reason: reasonOf(error) },
      'name a folder with --out in which there is no file of that name',
    )
  }
  print(flags.json, { file, number, type })
}

/** Throws `NODE_PIP_LINT` for what was given: the sections are still to be written. */
function checkDraft(draft: string): void {
  const findings = lintPip(utf8(draft)).filter(({ rule }) => rule !== 'placeholder')
  const [first] = findings
  if (first === undefined) return
  throw new Fault(
    { code: 'NODE_PIP_LINT', findings: findings.length, first: first.message },
    'give number, title, author and type as PIPs/README.md has them',
  )
}

function numbersOf(text: string): readonly number[] {
  return [...new Set(listOf(text).map(numberOf))].toSorted((a, b) => a - b)
}
