/** A server over the fixture chain on a free loopback port, and a raw client. */
import { type Clock, type Log, silent } from '#base'
import { systemRandom } from '#node'
import {
  createRpcServer,
  type NodeRpcServer,
  renderParsTransaction,
  type RpcServerOptions,
} from '#rpc'

import { FixtureChain } from './fixture-chain.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, task) {
    const timer = setTimeout(task, delay)
    return { cancel: () => clearTimeout(timer) }
  },
}

export interface Served {
  readonly chain: FixtureChain
  readonly server: NodeRpcServer
  readonly url: string
}

export async function serve(options: Partial<RpcServerOptions> = {}): Promise<Served> {
  const chain = new FixtureChain()
  const server = createRpcServer({
    chain,
    render: renderParsTransaction,
    clock: systemClock,
    random: systemRandom,
    log: silent,
    clientVersion: 'pars/test',
    ...options,
  })
  return { chain, server, url: await server.listen({ host: '127.0.0.1', port: 0 }) }
}

/** A log that keeps its errors. */
export function recordingLog(): Log & { readonly errors: unknown[] } {
  const errors: unknown[] = []
  return {
    ...silent,
    errors,
    error(message, facts) {
      errors.push({ message, ...facts })
    },
  }
}

export interface JsonRpcAnswer {
  readonly jsonrpc: '2.0'
  readonly id: unknown
  readonly result?: unknown
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: Readonly<Record<string, unknown>>
  }
}

/** Posts `body` as it is. */
export async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export async function call(
  url: string,
  method: string,
  params: readonly unknown[] = [],
): Promise<JsonRpcAnswer> {
  const { text } = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  return JSON.parse(text) as JsonRpcAnswer
}
