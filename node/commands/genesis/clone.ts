import type { Command } from 'commander'

import { cloneGenesis, parseGenesis, formatGenesis } from '#genesis'

import { genesisOf, genesisSource } from '../../genesis-source.ts'
import { systemRandom } from '../../random.ts'
import { addJsonOption } from '../arguments.ts'
import { writeGenesis } from './write.ts'

interface CloneFlags {
  readonly out: string
  readonly name?: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<source>', genesisSource)
    .requiredOption('--out <file>', 'where to write it')
    .option('--name <name>', 'of the new network: the same unless given')
    .addHelpText(
      'after',
      `
Only the salt differs, and with it the network id: what is signed for one network is nothing to the
other. So its validators are not taken along: pars genesis add-validator names new ones. Before an
upgrade, rehearse on a clone:
  pars genesis clone genesis.json --out staging.json --name "My Network (staging)"`,
    )
  addJsonOption(command).action(async (source: string, flags: CloneFlags) => {
    const genesis = cloneGenesis(await genesisOf(source), systemRandom)
    const named = { ...genesis, name: flags.name ?? genesis.name }
    // Through the document and back: the rules of a genesis hold for the new name too.
    await writeGenesis(parseGenesis(formatGenesis(named)), flags)
  })
}
