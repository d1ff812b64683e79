import process from 'node:process'

import { type Command, Option } from 'commander'

import { hex } from '#base'
import { formatGenesis, genesisHash } from '#genesis'

import { addJsonOption, wholeOf } from '../arguments.ts'
import { addProjectOption, type ProjectFlags } from '../precompile/options.ts'
import { readGenesis, replaceGenesis } from './document-file.ts'
import { schedule } from './schedule.ts'
import { runLine } from './write.ts'

interface AddFlags extends ProjectFlags {
  readonly from: bigint
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'genesis document; it is changed')
    .argument('<package>', 'the name of an installed one, or the path of a folder')
    .addOption(
      new Option('--from <height>', 'the first block in which it answers')
        .argParser(wholeOf)
        .default(0n, '0'),
    )
    .addHelpText(
      'after',
      `
The genesis is another one afterwards, with another network id: schedule before the network begins.
The code of the package is loaded to learn what it promises: pars precompile test it before.
  pars genesis add-precompile genesis.json blake2b --from 100`,
    )
  addJsonOption(addProjectOption(command)).action(add)
}

async function add(file: string, target: string, flags: AddFlags): Promise<void> {
  const genesis = await readGenesis(file)
  const { genesis: next, plugin, installation } = await schedule(genesis, target, flags)
  await replaceGenesis(file, formatGenesis(next))
  const facts = {
    file,
    name: plugin.name,
    version: plugin.version,
    address: plugin.address,
    from: Number(flags.from),
    networkId: hex(genesisHash(next)),
  }
  const lines = [
    `${file}: ${facts.name} ${facts.version} answers at ${facts.address} from block ${facts.from}; network id ${facts.networkId}`,
    ...installation,
    runLine(file, next),
  ]
  process.stdout.write(flags.json ? `${JSON.stringify(facts)}\n` : `${lines.join('\n')}\n`)
}
