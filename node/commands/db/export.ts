import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'

import { addDataOptions, type DataFlags, mebibytes, Progress } from './options.ts'

export function configure(command: Command): void {
  command.argument('<file>', 'where to write it')
  addDataOptions(command, 'data folder of a node that does not run')
    .addHelpText(
      'after',
      `
The file has every block, the state of the head, and what a new node needs of the order to go on
from there. Earlier states, the pool and everything that belongs to a key stay where they are: what
a validator has signed moves by pars validator slashing-protection.
  pars db export chain.pars --data ~/.pars/devnet`,
    )
    .action(async (file: string, flags: DataFlags) => {
      const { exportData } = await import('../../db/export.ts')
      using progress = new Progress(flags.json)
      const { bytes, digest, head, headHash, networkId, records, hasOrder } = await exportData(
        flags,
        file,
        (done) => progress.show(() => `${mebibytes(done)} written`),
      )
      progress[Symbol.dispose]()
      const facts = {
        file,
        networkId,
        head: Number(head),
        headHash,
        hasOrder,
        records,
        bytes,
        digest: hex(digest),
      }
      process.stdout.write(
        flags.json
          ? `${JSON.stringify(facts)}\n`
          : `${file}: blocks up to ${head}, ${mebibytes(bytes)}\ndigest ${facts.digest}\n`,
      )
    })
}
