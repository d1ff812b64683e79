import process from 'node:process'

import type { Command } from 'commander'

import { findingLines, lintFile, unsound } from '../../governance/files.ts'
import { addJsonOption } from '../arguments.ts'
import { plainText } from '../printing.ts'

export function configure(command: Command): void {
  command.argument('<files...>', 'of PIPs').addHelpText(
    'after',
    `
Prints file, line and what to write instead. PIPs that a text requires are looked for where the file
lies in a folder of PIPs. For example: pars pip lint PIPs/pip-*.md`,
  )
  addJsonOption(command).action(async (files: readonly string[], { json }: { json: boolean }) => {
    const all = await Promise.all(files.map(lintFile))
    if (json) {
      const found = all.map(({ file, findings }) => ({ file, findings }))
      process.stdout.write(`${JSON.stringify(found)}\n`)
    } else {
      for (const line of all.flatMap(findingLines)) process.stdout.write(`${plainText(line)}\n`)
    }
    const wrong = all.filter(({ findings }) => findings.length > 0)
    if (wrong.length > 0) throw unsound(wrong)
    if (!json) process.stdout.write(`${all.length} without mistakes\n`)
  })
}
