import process from 'node:process'

import type { Command } from 'commander'

import { genesisOf } from '../../genesis-source.ts'
import { addDataOptions, type DataFlags, mebibytes, Progress } from './options.ts'

interface ImportFlags extends DataFlags {
  readonly genesis?: string
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'that pars db export wrote')
    .option('--genesis <source>', 'network that the file has to be of: a document or a preset')
  addDataOptions(command, 'where to put it: a folder without a chain')
    .addHelpText(
      'after',
      `
Every block has to follow from the one before and the first from the genesis; the state has to have
the root that the last block names; the blocks of the order have to be signed. Nothing is executed
again: pars db verify --from 0 does that.

Nothing in the folder is overwritten, and no record of what a validator signed comes in or is
lowered. A validator on a folder that was imported asks the others before it signs.
  pars db import chain.pars --data new-folder --genesis genesis.json`,
    )
    .action(async (file: string, { genesis, ...flags }: ImportFlags) => {
      const network = genesis === undefined ? undefined : await genesisOf(genesis)
      const { importData } = await import('../../db/import.ts')
      using progress = new Progress(flags.json)
      const { head, headHash, networkId, vouched } = await importData(flags, file, {
        network,
        progress: (done) => progress.show(() => `${mebibytes(done)} read`),
      })
      progress[Symbol.dispose]()
      const facts = { data: flags.data, networkId, head: Number(head), headHash, vouched }
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(facts)}\n`
          : `${flags.data}: blocks up to ${head} of network ${networkId}\n${vouchedText(vouched)}\n`,
      )
    })
}

function vouchedText({ height, by }: { height: number; by: string }): string {
  if (by === 'nothing') {
    return 'no quorum stands behind it: trust it as you trust who gave you the file'
  }
  return `a quorum of validators stands behind block ${height}, by ${by === 'checkpoint' ? 'a checkpoint' : by}`
}
