import path from 'node:path'
import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import { formatGenesis, genesisHash } from '#genesis'

import { genesisOf, genesisSource } from '../../genesis-source.ts'
import { addJsonOption } from '../arguments.ts'
import { addPluginsOption, addProjectOption, type ProjectFlags } from '../precompile/options.ts'

interface VerifyFlags extends ProjectFlags {
  readonly json: boolean
  readonly plugins: readonly string[]
}

export function configure(command: Command): void {
  command.argument('<source>', genesisSource)
  addProjectOption(addPluginsOption(command))
  addJsonOption(command).action(async (source: string, flags: VerifyFlags) => {
    const { json, plugins, project } = flags
    const genesis = await genesisOf(source)
    const networkId = hex(genesisHash(genesis))
    const { checkNetwork } = await import('#chain')
    await checkNetwork({
      genesis: formatGenesis(genesis),
      modules: plugins,
      project: path.resolve(project),
    })
    const facts = { name: genesis.name, chainId: Number(genesis.chainId), networkId }
    process.stdout.write(
      json
        ? `${JSON.stringify({ valid: true, ...facts })}\n`
        : `valid: network ${facts.name}, chain id ${facts.chainId}, network id ${networkId}\n`,
    )
  })
}
