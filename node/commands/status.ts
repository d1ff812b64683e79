import process from 'node:process'

import { Command } from 'commander'

import { Fault } from '#base'

interface StatusFlags {
  readonly rpc: string
  readonly json: boolean
}

const timeout = 5_000

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
  const methods = ['web3_clientVersion', 'eth_chainId', 'pars_networkId']
  const calls = methods.map((method, id) => ({
    jsonrpc: '2.0',
    id,
    method,
    params: [] as unknown[],
  }))
  calls.push({ jsonrpc: '2.0', id: 3, method: 'eth_getBlockByNumber', params: ['latest', false] })
  const answers = await post(url, calls)
  const [client, chainId, networkId, block] = answers.map(({ result }) => result)
  const { number, hash, timestamp } = block as Record<'number' | 'hash' | 'timestamp', string>
  return {
    client: String(client),
    chainId: Number(chainId),
    networkId: String(networkId),
    head: Number(number),
    headHash: hash,
    age: Math.max(0, Math.floor(Date.now() / 1000) - Number(timestamp)),
  }
}

async function post(url: string, body: unknown): Promise<readonly { readonly result: unknown }[]> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    })
    const answers: unknown = await response.json()
    if (Array.isArray(answers) && answers.every((answer) => 'result' in answer)) return answers
    throw new TypeError(`not a Pars node: ${JSON.stringify(answers).slice(0, 200)}`)
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code
    throw new Fault(
      { code: 'NODE_UNREACHABLE', url, reason: cause ?? String(error) },
      'start a node, or name its address with --rpc',
    )
  }
}
