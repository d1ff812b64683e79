/** A node that holds no keys, and proxies in front of it that do. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { TypedDataDefinition } from 'viem'

import { hex, type Hex } from '#base'
import { addressOfKey, mlDsa, type SigningKey } from '#crypto'
import { genesisHash } from '#genesis'
import { testSeeds } from '#protocol'

import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import { readGenesis } from './network.ts'
import { Bench, type Command, type Node, type RpcAnswer } from './node.ts'

export const algorithm = 0x65
export const keys = [0, 1].map((index) => mlDsa(algorithm).fromSeed(testSeeds[index]!))
export const [rich, second] = keys.map((key) => hex(addressOfKey(algorithm, key.publicKey))) as [
  Hex,
  Hex,
]
export const to = `0x${'71'.repeat(20)}` as const
export const json = { 'content-type': 'application/json' }

interface Reply {
  readonly status: number
  readonly text: string
}

/** A request with exactly these headers, Host included. */
export function raw(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Reply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: hostname, port, method: 'POST', path: '/', headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

export function codeOf({ error }: RpcAnswer): unknown {
  return (error?.data as { readonly code?: unknown } | undefined)?.code
}

export const mail: TypedDataDefinition = {
  domain: { name: 'Post', version: '1', chainId: 7227, verifyingContract: to },
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    Mail: [
      { name: 'to', type: 'address' },
      { name: 'text', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  message: { to, text: 'hello' },
}

/** What the node answers to a request, or what `instead` gives. */
export async function relayed(
  incoming: IncomingMessage,
  url: string,
  instead: ((body: string) => string | undefined) | undefined,
): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  const answer = instead?.(body)
  if (answer !== undefined) return answer
  return (await fetch(url, { method: 'POST', headers: json, body })).text()
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export class Proxy {
  readonly command: Command
  /** Without the token. */
  readonly url: string
  readonly token: string

  constructor(command: Command, url: string, token: string) {
    this.command = command
    this.url = url
    this.token = token
  }

  /** As tools take it that know nothing but a URL. */
  urlWithToken(where = '/'): string {
    return new URL(where, this.url.replace('://', `://pars:${this.token}@`)).href
  }

  async post(body: unknown, token = this.token, where = '/'): Promise<RpcAnswer> {
    const response = await fetch(new URL(where, this.url), {
      method: 'POST',
      headers: { ...json, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    return (await response.json()) as RpcAnswer
  }

  answer(method: string, ...params: readonly unknown[]): Promise<RpcAnswer> {
    return this.post({ jsonrpc: '2.0', id: 1, method, params })
  }

  /** The result; an error fails the test. */
  async ask<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const { result, error } = await this.answer(method, ...params)
    assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`)
    return result as Result
  }
}

export class ProxyBench extends Bench {
  #upstream: Node | undefined
  #networkId: Uint8Array | undefined

  get upstream(): Node {
    assert.ok(this.#upstream)
    return this.#upstream
  }

  get networkId(): Uint8Array {
    assert.ok(this.#networkId)
    return this.#networkId
  }

  /** A network, its node, and two keys in a folder. */
  async prepare(): Promise<void> {
    const genesis = await this.network('home')
    this.#networkId = genesisHash(readGenesis(genesis))
    this.#upstream = await this.node('run', '--genesis', genesis, '--data', this.path('data'))
    this.secret('password', `${password}\n`)
    for (const key of keys) await this.keep(key)
  }

  async keep(key: SigningKey): Promise<void> {
    const sealed = await seal({ key, networkId: this.networkId, password })
    await new KeyFolder(this.path('keys')).add(sealed)
  }

  /** A file for its owner alone. */
  secret(name: string, text: string): string {
    writeFileSync(this.path(name), text, { mode: 0o600 })
    return this.path(name)
  }

  flags(rpc = this.upstream.url): string[] {
    const unlock = ['--keys', this.path('keys'), '--password-file', this.path('password')]
    return [...unlock, '--rpc', rpc, '--port', '0']
  }

  /** A proxy that has said that it is ready. */
  async proxy(...parameters: readonly string[]): Promise<Proxy> {
    const command = this.start('proxy', rich, second, ...parameters)
    const [, token, at] = await command.printed(/http:\/\/pars:([0-9a-f]{64})@([\d.:]+)/)
    await command.printed(/Ctrl-C/)
    return new Proxy(command, `http://${at!}`, token!)
  }
}
