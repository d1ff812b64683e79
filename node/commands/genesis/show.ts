import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import { formatGenesis, genesisHash } from '#genesis'

import { genesisOf, genesisSource } from '../../genesis-source.ts'

export function configure(command: Command): void {
  command
    .argument('<source>', genesisSource)
    .option('--hash', 'print the network id alone', false)
    .action(async (source: string, { hash }: { hash: boolean }) => {
      const genesis = await genesisOf(source)
      process.stdout.write(hash ? `${hex(genesisHash(genesis))}\n` : formatGenesis(genesis))
    })
}
