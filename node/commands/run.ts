import { Command } from 'commander'

import { defaultFolder } from '../data-folder.ts'
import { createLog } from '../log.ts'
import { addNodeOptions, genesisOf, listOf, type NodeFlags } from './options.ts'

interface RunFlags extends NodeFlags {
  readonly genesis: string
  readonly plugins: readonly string[]
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('Run a node that seals the blocks of a network by itself.')
    .requiredOption('--genesis <file>', 'genesis document, or mainnet, testnet or devnet')
    .option(
      '--plugins <files>',
      'modules of third-party precompiles, separated by commas',
      listOf,
      [],
    )
  return addNodeOptions(command).action(async (flags: RunFlags) => {
    const genesis = await genesisOf(flags.genesis)
    const log = createLog({ format: flags.logFormat, level: flags.logLevel })
    // A command that runs no node should not wait for what only a node needs.
    const { serve } = await import('./serve.ts')
    await serve(
      {
        genesis,
        data: flags.data ?? defaultFolder(genesis),
        host: flags.host,
        port: flags.port,
        archive: flags.archive,
        devKeys: false,
        allowedHosts: flags.allowHosts,
        allowedOrigins: flags.allowOrigins,
        modules: flags.plugins,
        log,
      },
      (node) => log.info('ready', { network: genesis.name, rpc: node.url }),
    )
  })
}
