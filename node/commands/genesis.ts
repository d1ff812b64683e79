import process from 'node:process'

import { Command } from 'commander'

import { hex } from '#base'
import { formatGenesis, genesisHash, presetNames } from '#genesis'

import { genesisOf } from './options.ts'

const source = `file, or ${presetNames.join(', ')}`

export function genesisCommand(): Command {
  return new Command('genesis')
    .description('Look at the document a network starts from.')
    .addCommand(
      new Command('show')
        .description('Print a genesis document as the node reads it.')
        .argument('<source>', source)
        .option('--hash', 'print the network id alone', false)
        .action(async (name: string, { hash }: { hash: boolean }) => {
          const genesis = await genesisOf(name)
          process.stdout.write(hash ? `${hex(genesisHash(genesis))}\n` : formatGenesis(genesis))
        }),
    )
    .addCommand(
      new Command('verify')
        .description('Check a genesis document, and that this release can run it.')
        .argument('<source>', source)
        .option('--json', 'print the result as JSON', false)
        .action(async (name: string, { json }: { json: boolean }) => {
          const genesis = await genesisOf(name)
          const networkId = hex(genesisHash(genesis))
          const { checkNetwork } = await import('#chain')
          await checkNetwork({ genesis: formatGenesis(genesis), modules: [] })
          const facts = { name: genesis.name, chainId: Number(genesis.chainId), networkId }
          process.stdout.write(
            json
              ? `${JSON.stringify({ valid: true, ...facts })}\n`
              : `valid: network ${facts.name}, chain id ${facts.chainId}, network id ${networkId}\n`,
          )
        }),
    )
}
