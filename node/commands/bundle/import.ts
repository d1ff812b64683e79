import path from 'node:path'
import process from 'node:process'

import type { Command } from 'commander'

import { mebibytes, Progress } from '../db/options.ts'
import { plainText } from '../printing.ts'
import {
  addDataOption,
  addOpeningOptions,
  bundleFacts,
  conditionText,
  openingSecret,
  type OpeningFlags,
} from './options.ts'

interface ImportFlags extends OpeningFlags {
  readonly data: string
  readonly files?: string
  readonly expired: boolean
}

export function configure(command: Command): void {
  command
    .argument('<bundle>', 'that pars bundle export wrote, or a part of it')
    .option('--files <folder>', 'put files that come with it there; none is overwritten')
    .option('--expired', 'take it even if its lifetime is over: the clock may be wrong', false)
  addOpeningOptions(addDataOption(command))
    .addHelpText(
      'after',
      `
Whatever can be read of the file is taken, and what is here already is passed over: a part of a file,
a damaged one, the same again or several in any order do no harm. What was cut off by a crash goes on
where it was. Up to two damaged pieces of 64 KiB in 2 MiB are repaired.
  pars bundle import holiday.raw --password-file passphrase.txt --files .`,
    )
    .action(async (bundle: string, flags: ImportFlags) => {
      const { importFile } = await import('../../mesh/bundle/import.ts')
      const by = await openingSecret(flags)
      using progress = new Progress(flags.json)
      const imported = await importFile({
        data: flags.data,
        file: bundle,
        by,
        takesExpired: flags.expired,
        files: flags.files === undefined ? undefined : path.resolve(flags.files),
        progress: (bytes) => progress.show(() => `${mebibytes(bytes)} read`),
      })
      progress[Symbol.dispose]()
      const { manifest, condition, ...counts } = imported
      if (flags.json) {
        process.stdout.write(
          `${JSON.stringify({ ...counts, ...bundleFacts(manifest, condition) })}\n`,
        )
        return
      }
      const { stored, quarantined, known, refused, isComplete } = counts
      const lines = [
        `${stored} objects are new, ${known} were here already`,
        ...(quarantined > 0 ? [`${quarantined} are of kinds that this release does not know`] : []),
        ...(refused > 0 ? [`for ${refused} there was no room`] : []),
        ...counts.files.map((file) => `wrote ${plainText(file)}`),
        ...(isComplete ? [] : [`a part is missing: ${conditionText(condition)}`]),
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}
