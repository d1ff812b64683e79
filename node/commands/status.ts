import process from 'node:process'

import type { Command } from 'commander'

import { hex } from '#base'
import type { NodeStatus } from '#rpc'

import { systemClock } from '../clock.ts'
import { nodeStatusIn } from '../node-answers.ts'
import { bytesIn, fieldsIn, quantityIn, RpcClient, textIn } from '../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from './arguments.ts'

export function configure(command: Command): void {
  addRpcOptions(command).action(async ({ rpc, json }: RpcFlags) => {
    const status = await ask(rpc)
    process.stdout.write(
      json
        ? `${JSON.stringify(status)}\n`
        : `${status.client}\nchain id ${status.chainId}, network id ${status.networkId}\n` +
            `head ${status.head} (${status.headHash}), ${status.age} s old\n` +
            orderText(status),
    )
  })
}

interface Status {
  readonly client: string
  readonly chainId: number
  readonly networkId: string
  readonly head: number
  readonly headHash: string
  /** Seconds since the head's timestamp. */
  readonly age: number
  readonly node: NodeStatus
}

/** How the node takes part, and in what. */
function orderText({ node: { role, peers, consensus } }: Status): string {
  if (consensus === null) return `${role}\n`
  const { round, committed, executed, finalized, standing, validators, retained } = consensus
  const reached = validators.filter(({ isConnected }) => isConnected).length
  const perDay = retained.bytesPerDay
  const growth = perDay === null ? '' : `, ${Math.ceil(perDay / 2 ** 20)} MiB a day`
  return (
    `${role}, ${standing}; ${peers} peers, ${reached} of ${validators.length} validators\n` +
    `round ${round}, commit ${committed}, executed ${executed}, finalized block ${finalized}\n` +
    `order on disk: ${retained.commits} commits${growth}\n`
  )
}

async function ask(url: string): Promise<Status> {
  const [client, chainId, networkId, block, node] = await new RpcClient(url).askAll(
    ['web3_clientVersion'],
    ['eth_chainId'],
    ['pars_networkId'],
    ['eth_getBlockByNumber', 'latest', false],
    ['pars_nodeStatus'],
  )
  const { number, hash, timestamp } = fieldsIn(block)
  return {
    client: textIn(client),
    chainId: Number(quantityIn(chainId)),
    networkId: hex(bytesIn(networkId, 32)),
    head: Number(quantityIn(number)),
    headHash: hex(bytesIn(hash, 32)),
    age: Math.max(0, Math.floor(systemClock.now() / 1000) - Number(quantityIn(timestamp))),
    node: nodeStatusIn(node),
  }
}
