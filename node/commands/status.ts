import process from 'node:process'

import { Command } from 'commander'

import { hex } from '#base'

import { systemClock } from '../clock.ts'
import { bytesIn, quantityIn, RpcClient } from '../rpc-client.ts'

interface StatusFlags {
  readonly rpc: string
  readonly json: boolean
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Ask a running node how it is.')
    .option('--rpc <url>', 'of the node', 'http://127.0.0.1:8545')
    .option('--json', 'print the answer as JSON', false)
    .action(async ({ rpc, json }: StatusFlags) => {
      const status = await ask(rpc)
      process.stdout.write(
        json
          ? `${JSON.stringify(status)}\n`
          : `${status.client}\nchain id ${status.chainId}, network id ${status.networkId}\n` +
              `head ${status.head} (${status.headHash}), ${status.age} s old\n`,
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
}

async function ask(url: string): Promise<Status> {
  const [client, chainId, networkId, block] = await new RpcClient(url).askAll(
    ['web3_clientVersion'],
    ['eth_chainId'],
    ['pars_networkId'],
    ['eth_getBlockByNumber', 'latest', false],
  )
  const { number, hash, timestamp } = block as Record<'number' | 'hash' | 'timestamp', unknown>
  return {
    client: String(client),
    chainId: Number(quantityIn(chainId)),
    networkId: hex(bytesIn(networkId, 32)),
    head: Number(quantityIn(number)),
    headHash: hex(bytesIn(hash, 32)),
    age: Math.max(0, Math.floor(systemClock.now() / 1000) - Number(quantityIn(timestamp))),
  }
}
