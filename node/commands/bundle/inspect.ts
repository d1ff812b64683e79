import process from 'node:process'

import type { Command } from 'commander'

import { mebibytes, Progress } from '../db/options.ts'
import {
  addOpeningOptions,
  bundleFacts,
  conditionText,
  kindName,
  manifestLines,
  openingSecret,
  type OpeningFlags,
} from './options.ts'

export function configure(command: Command): void {
  command.argument('<bundle>', 'that pars bundle export wrote, or a part of it')
  addOpeningOptions(command)
    .addHelpText(
      'after',
      `
With another secret than that of the file only its size class shows.
  pars bundle inspect holiday.raw --password-file passphrase.txt`,
    )
    .action(async (bundle: string, flags: OpeningFlags) => {
      const { inspectBundle } = await import('#mesh')
      const { sourceOf } = await import('../../mesh/bundle/file.ts')
      const by = await openingSecret(flags)
      using progress = new Progress(flags.json)
      const inspected = await inspectBundle({
        source: sourceOf(bundle),
        by,
        progress: (bytes) => progress.show(() => `${mebibytes(bytes)} read`),
      })
      progress[Symbol.dispose]()
      const { manifest, condition, isComplete } = inspected
      const kinds = [...inspected.objects].map(([kind, { count, bytes }]) => {
        return { kind: kindName(kind), count, bytes }
      })
      if (flags.json) {
        const facts = { isComplete, kinds, ...bundleFacts(manifest, condition) }
        process.stdout.write(`${JSON.stringify(facts)}\n`)
        return
      }
      const lines = [
        ...(manifest === undefined ? ['what it says of itself is lost'] : manifestLines(manifest)),
        ...kinds.map(({ kind, count, bytes }) => `${count} of kind ${kind}, ${mebibytes(bytes)}`),
        isComplete ? 'complete' : `a part is missing: ${conditionText(condition)}`,
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}
