import process from 'node:process'

import { Command } from 'commander'

import { hex } from '#base'
import { type Genesis, preset, testAccounts } from '#genesis'

import { defaultFolder, removeData } from '../data-folder.ts'
import { createLog } from '../log.ts'
import type { RunningNode } from '../run.ts'
import { addNodeOptions, genesisOf, type NodeFlags } from './options.ts'

interface DevFlags extends NodeFlags {
  readonly genesis?: string
  readonly reset: boolean
}

export function devCommand(): Command {
  const command = new Command('dev')
    .description('Run a development network: one node, ten funded accounts whose keys are public.')
    .option('--genesis <file>', 'a genesis document marked dev, instead of devnet')
    .option('--reset', 'begin with an empty chain', false)
  return addNodeOptions(command).action(async (flags: DevFlags) => {
    const genesis = flags.genesis === undefined ? preset('devnet') : await genesisOf(flags.genesis)
    const data = flags.data ?? defaultFolder(genesis)
    if (flags.reset) await removeData(data)
    // A command that runs no node should not wait for what only a node needs.
    const { serve } = await import('./serve.ts')
    await serve(
      {
        genesis,
        data,
        host: flags.host,
        port: flags.port,
        archive: flags.archive,
        devKeys: true,
        allowedHosts: flags.allowHosts,
        allowedOrigins: flags.allowOrigins,
        modules: [],
        log: createLog({ format: flags.logFormat, level: flags.logLevel }),
      },
      (node) => process.stdout.write(welcome(node, genesis, data)),
    )
  })
}

function welcome({ url, chain }: RunningNode, genesis: Genesis, data: string): string {
  const addresses = testAccounts().map(({ address }) => hex(address))
  return `
Pars development network ready
  JSON-RPC   ${url}
  chain id   ${genesis.chainId}
  network id ${hex(chain.genesisHash)}
  data       ${data}

Accounts, funded; their ML-DSA-65 keys are published, so use them here only
${addresses.map((address, index) => `  (${index}) ${address}`).join('\n')}

The node signs for them, so any Ethereum tool can send through eth_sendTransaction:
  curl -s ${url} -H 'content-type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_sendTransaction","params":[{"from":"${addresses[0]}","to":"${addresses[1]}","value":"0xde0b6b3a7640000"}]}'

Ctrl-C stops it; what it acknowledged is kept. --reset begins anew.

`
}
