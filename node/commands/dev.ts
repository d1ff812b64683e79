import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import { formatGenesis, type Genesis } from '#genesis'

import { accountsText } from '../accounts-text.ts'
import { removeData } from '../data-folder.ts'
import { createLog } from '../log.ts'
import type { RunningNode } from '../run.ts'
import { committeeOptions } from './committee.ts'
import { addNodeOptions, networkIn, nodeSettings, runOptions, usualSettings } from './options.ts'

export function configure(command: Command): void {
  command.option('--reset', 'begin with an empty chain, where no committee orders', false)
  addNodeOptions(command).action(async ({ reset }: { reset: boolean }) => {
    const settings = await nodeSettings(command, usualSettings.dev)
    const { genesis, data } = await networkIn(settings)
    const options = runOptions(settings.config)
    if (reset) {
      // What this node could not run is no reason to lose what it has.
      const { checkNetwork } = await import('#chain')
      await checkNetwork({ ...options, genesis: formatGenesis(genesis) })
      await removeData(data, genesis)
    }
    const log = createLog({ format: settings.config.logFormat, level: settings.config.logLevel })
    // A command that runs no node should not wait for what only a node needs.
    const { serve } = await import('./serve.ts')
    const committee = await committeeOptions(settings.config, { genesis, data })
    await serve({ ...options, committee, genesis, data, devKeys: true, log }, (node) =>
      process.stdout.write(welcome(node, genesis, data)),
    )
  })
}

function welcome({ url, chain }: RunningNode, genesis: Genesis, data: string): string {
  return `
Pars development network ready
  JSON-RPC   ${url}
  chain id   ${genesis.chainId}
  network id ${hex(chain.genesisHash)}
  data       ${data}

${accountsText(url, 'The node signs')}
Ctrl-C stops it; what it acknowledged is kept.${genesis.validators.length > 0 ? '' : ' --reset begins anew.'}

`
}
