import process from 'node:process'

import type { Command } from 'commander'

import type { Hex } from '#base'

import { idsOf } from '../../models/contracts.ts'
import { modelOf, textsOf } from '../../models/registry.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addPageOptions, addRpcOptions, addressOf, type RpcFlags } from '../arguments.ts'
import { plainText } from '../printing.ts'

interface ListFlags extends RpcFlags {
  readonly owner?: Hex
  readonly start: bigint
  readonly most: bigint
}

export function configure(command: Command): void {
  addPageOptions(command.option('--owner <address>', 'of one owner alone', addressOf))
  addRpcOptions(command).action(async ({ rpc: url, json, owner, start, most }: ListFlags) => {
    const rpc = new RpcClient(url)
    const found: object[] = []
    for await (const id of idsOf(rpc, 'models', Number(start))) {
      if (found.length >= most) break
      const model = await modelOf(rpc, id)
      if (owner !== undefined && model.owner !== owner) continue
      const { name } = await textsOf(rpc, id)
      const { status, kind, version } = model
      found.push({ name, ...model })
      if (!json) process.stdout.write(`${id} ${status} ${kind} ${plainText(name)} v${version}\n`)
    }
    if (json) process.stdout.write(`${JSON.stringify(found)}\n`)
    else if (found.length === 0) process.stdout.write('no models\n')
  })
}
