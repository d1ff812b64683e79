import process from 'node:process'

import type { Command } from 'commander'

import { addDataOptions, type DataFlags, heightOf, Progress } from './options.ts'

interface VerifyFlags extends DataFlags {
  readonly from?: bigint
}

export function configure(command: Command): void {
  command.option(
    '--from <block>',
    'execute the blocks from this one on again; 0 and 1 always can, others need the state before them',
    heightOf,
  )
  addDataOptions(command, 'data folder of a node that does not run')
    .addHelpText(
      'after',
      `
Looks at every block (hashes, roots, receipts, indexes), and computes the root of the state of the
head from its accounts and slots. With --from also executes, with the precompiles that were active
at each block, and verifies every signature. Ends with exit code 3 at the first thing that is wrong.`,
    )
    .action(async (flags: VerifyFlags) => {
      const { verifyData } = await import('../../db/verify.ts')
      using progress = new Progress(flags.json)
      const found = await verifyData(flags, flags.from, (stage, done, of) =>
        progress.show(() => `${stage}: ${done}${of === undefined ? '' : ` of ${of}`}`),
      )
      progress[Symbol.dispose]()
      const { head, headHash, executedFrom, items } = found
      const executed =
        executedFrom === null ? '' : `, blocks ${executedFrom} to ${head} executed again`
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ valid: true, ...found })}\n`
          : `right: blocks up to ${head} (${headHash}), ${items} accounts and slots${executed}\n`,
      )
    })
}
