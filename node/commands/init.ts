import process from 'node:process'

import { type Command, Option } from 'commander'

import { systemClock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import { addJsonOption, wholeOf } from './arguments.ts'
import { writeGenesis } from './genesis/write.ts'
import { addGovernanceOption } from './governance-options.ts'
import { allocationOf } from './init/answers.ts'
import { type Description, type Known, newGenesis, withPrecompiles } from './init/new-genesis.ts'
import { addProjectOption } from './precompile/options.ts'

interface InitFlags extends Known {
  readonly out: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .option('--chain-id <number>', 'what wallets tell networks apart by', wholeOf)
    .option('--name <name>', 'of the network')
    .option('--token <name>', 'of the native token (default: "Pars")')
    .option('--symbol <symbol>', 'of the native token (default: "PARS")')
    .addOption(
      new Option('--alloc <address=tokens...>', 'who owns the first tokens')
        .argParser(allocationOf)
        .default([], 'nobody'),
    )
    .option('--dev', 'fund the ten published test accounts, for development only', false)
    .option('--block-ms <milliseconds>', 'between two blocks (default: 1000)', wholeOf)
    .option('--gas-limit <gas>', 'of a block (default: 30000000)', wholeOf)
    .addOption(
      new Option(
        '--precompile <package...>',
        'that answers from block 0: the name of an installed one, or the path of a folder',
      ).default([], 'those that are built in'),
    )
    .option('--out <file>', 'where to write it', 'genesis.json')
    .addHelpText(
      'after',
      `
Where --chain-id or --name is missing, a terminal is asked for it and for whatever else no flag says;
with both, what no flag says is as usual. The code of a precompile's package is loaded.
  pars init --chain-id 4242 --name "My Network" --alloc 0x046c…20df=1000000`,
    )
  addJsonOption(addGovernanceOption(addProjectOption(command))).action(async (flags: InitFlags) => {
    const description = await describe(command, flags)
    const usual = newGenesis(description, systemRandom, systemClock)
    const { genesis, installation } = await withPrecompiles(usual, description)
    await writeGenesis(genesis, flags, installation)
    if (genesis.alloc.every(({ balance }) => balance === 0n)) {
      process.stderr.write(
        'pars: nobody owns tokens, so nobody can pay for a transaction: name owners with --alloc\n',
      )
    }
  })
}

async function describe(command: Command, flags: InitFlags): Promise<Description> {
  const { name, chainId } = flags
  if (name !== undefined && chainId !== undefined) return { ...flags, name, chainId }
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const missing = name === undefined ? '--name <name>' : '--chain-id <number>'
    command.error(`error: required option '${missing}' not specified`)
  }
  // Nobody else should wait for what only a person at a terminal needs.
  const { ask } = await import('./init/questions.ts')
  return ask(flags)
}
