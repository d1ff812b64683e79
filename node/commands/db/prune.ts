import process from 'node:process'

import { type Command, Option } from 'commander'

import { Fault } from '#base'

import { addDataOptions, type DataFlags, heightOf, Progress } from './options.ts'

interface PruneFlags extends DataFlags {
  readonly before?: bigint
  readonly keep?: bigint
}

export function configure(command: Command): void {
  command
    .addOption(
      new Option('--before <block>', 'the lowest whose state is kept')
        .argParser(heightOf)
        .conflicts('keep'),
    )
    .addOption(
      new Option('--keep <blocks>', 'how many, counted from the head, keep their state').argParser(
        heightOf,
      ),
    )
  addDataOptions(command, 'data folder of a node that does not run')
    .addHelpText(
      'after',
      `
Blocks, receipts and indexes stay; what goes is the state that balances, calls and proofs of old
blocks are answered from. A node without --archive keeps a day of it by itself.
  pars db prune --keep 10000 --data ~/.pars/devnet`,
    )
    .action(async (flags: PruneFlags) => {
      const { pruneData } = await import('../../db/prune.ts')
      using progress = new Progress(flags.json)
      const { before, after } = await pruneData(flags, wanted(flags), (oldest) =>
        progress.show(() => `state from block ${oldest} on is kept`),
      )
      progress[Symbol.dispose]()
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ before: Number(before), after: Number(after) })}\n`
          : `state was kept from block ${before} on, and is from block ${after} on now\n`,
      )
    })
}

function wanted({ before, keep }: PruneFlags): (head: bigint) => bigint {
  if (before !== undefined) return () => before
  if (keep !== undefined) return (head) => (keep > head ? 0n : head - keep)
  throw new Fault({ code: 'NODE_USAGE', reason: 'neither --before nor --keep' }, 'give one of them')
}
