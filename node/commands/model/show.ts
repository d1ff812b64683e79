import type { Command } from 'commander'

import { type Hex, plainFacts } from '#base'

import { costOf, modelOf, termsOf, textsOf } from '../../models/registry.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, hashOf, type RpcFlags } from '../arguments.ts'
import { print } from '../printing.ts'

export function configure(command: Command): void {
  command.argument('<id>', 'of the model', hashOf)
  addRpcOptions(command).action(async (id: Hex, { rpc: url, json }: RpcFlags) => {
    const rpc = new RpcClient(url)
    const model = await modelOf(rpc, id)
    const [texts, cost, terms] = await Promise.all([
      textsOf(rpc, id),
      costOf(rpc, id),
      termsOf(rpc, id),
    ])
    const parts = [model, texts, cost, terms].map((part) => plainFacts(part))
    print(json, Object.assign({}, ...parts) as object)
  })
}
