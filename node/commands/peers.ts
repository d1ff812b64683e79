import process from 'node:process'

import type { Command } from 'commander'

import type { PeerFacts } from '#rpc'

import { peersIn } from '../node-answers.ts'
import { RpcClient } from '../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from './arguments.ts'

export function configure(command: Command): void {
  addRpcOptions(command).action(async ({ rpc, json }: RpcFlags) => {
    const [answer] = await new RpcClient(rpc).askAll(['pars_peers'])
    const peers = peersIn(answer)
    process.stdout.write(json ? `${JSON.stringify(peers)}\n` : text(peers))
  })
}

function text(peers: readonly PeerFacts[]): string {
  if (peers.length === 0) return 'connected to nobody\n'
  return peers
    .map(({ peer, address, direction, head, client, isReserved }) => {
      const kind = isReserved ? 'committee or static' : 'other'
      return `${peer}\n  ${direction} ${address}\n  ${client}, head ${head}, ${kind}\n`
    })
    .join('')
}
