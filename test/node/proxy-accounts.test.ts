/** What a proxy signs and sends for callers who no longer wait, over a node that the test plays. */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { fixed, hex, type Hex, silent } from '#base'
import { addressOfKey, keyHash, mlDsa } from '#crypto'
import type { Keystore } from '#identity'
import { testSeeds } from '#protocol'

import { UnlockedAccounts } from '../../node/proxy/accounts.ts'
import { RpcClient } from '../../node/rpc-client.ts'
import { engineOf } from '../../node/wallet.ts'
import { Attempt } from '../../rpc/attempt.ts'
import { withCode } from '../chain/engine/network.ts'

const key = mlDsa(0x44).fromSeed(testSeeds[0]!)
const address = addressOfKey(key.algorithm, key.publicKey)
const networkId = fixed(7, 32)
const keystore = {
  address,
  networkId,
  keyHash: keyHash(key.algorithm, key.publicKey),
} as unknown as Keystore

interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** A node on which every account is rich, and what is sent waits for the test. */
class PlayedNode {
  readonly sent: string[] = []
  /** Asked before the answer to a batch. */
  before: (methods: readonly string[]) => Promise<unknown> = async () => undefined
  /** What is answered to a transaction. */
  refusal: object | undefined
  readonly #server: Server = createServer((request, response) => {
    void this.#serve(request, response)
  })

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Every connection is cut, with what it waits for. */
  cut(): void {
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const calls = JSON.parse(await text(request)) as readonly Call[]
    for (const { method, params } of calls) {
      if (method === 'eth_sendRawTransaction') this.sent.push(String(params[0]))
    }
    await this.before(calls.map(({ method }) => method))
    response.end(JSON.stringify(calls.map((call) => this.#answer(call))))
  }

  #answer({ id, method }: Call): object {
    if (method === 'eth_sendRawTransaction') return { id, error: this.refusal ?? { code: -32003 } }
    const results: Readonly<Record<string, unknown>> = {
      eth_chainId: '0x1c3b',
      pars_networkId: hex(networkId),
      eth_call: hex(new Uint8Array(32)),
      pars_getNonce: '0x0',
      eth_maxPriorityFeePerGas: '0x1',
      eth_getBalance: '0xffffffffffffffff',
      eth_getBlockByNumber: { number: '0x1', timestamp: '0x2', baseFeePerGas: '0x7' },
      eth_estimateGas: '0xfde8',
    }
    return { id, result: results[method] }
  }
}

const attempt = () => new Attempt({ expired: false })
const hashOf = (one: Attempt): Hex | undefined =>
  (one.timeout().facts as { readonly hash?: Hex }).hash

describe('accounts of a proxy, when time is over', () => {
  let node: PlayedNode
  let accounts: UnlockedAccounts
  let signed: number
  beforeEach(async () => {
    node = new PlayedNode()
    const rpc = new RpcClient(await node.listen())
    const own = engineOf(key)
    signed = 0
    const sign: typeof own.sign = (...message) => {
      signed++
      return own.sign(...message)
    }
    const engine = { ...own, sign }
    accounts = new UnlockedAccounts({
      keys: [{ file: '', keystore, engine }],
      chainId: 7227n,
      rpc,
      log: silent,
    })
  })
  afterEach(() => node.close())

  const request = { from: address, to: address, value: 1n }

  it('send nothing for a caller whose turn comes too late', async () => {
    const gate = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    node.before = (methods) => {
      if (!methods.includes('eth_sendRawTransaction')) return Promise.resolve()
      arrived.resolve()
      return gate.promise
    }
    const visits = [{ expired: false }, { expired: false }]
    const attempts = visits.map((visit) => new Attempt(visit)) as [Attempt, Attempt]
    const first = accounts.send(request, attempts[0])
    const second = accounts.send(request, attempts[1])
    await arrived.promise
    for (const visit of visits) visit.expired = true
    gate.resolve()
    await assert.rejects(first)
    await assert.rejects(second, withCode('RPC_TIMEOUT'))
    assert.deepEqual([signed, node.sent.length], [1, 1])
    assert.match(String(hashOf(attempts[0])), /^0x[0-9a-f]{64}$/)
    assert.equal(attempts[1].timeout().code, 'RPC_TIMEOUT')
  })

  it('sign nothing when time ends while the node is asked what to sign', async () => {
    const visit = { expired: false }
    node.before = async (methods) => {
      if (methods.includes('eth_estimateGas')) visit.expired = true
    }
    await assert.rejects(accounts.send(request, new Attempt(visit)), withCode('RPC_TIMEOUT'))
    assert.deepEqual([signed, node.sent.length], [0, 0])
  })

  it('name the transaction when the node does not say whether it has it', async () => {
    node.before = async (methods) => {
      if (methods.includes('eth_sendRawTransaction')) node.cut()
    }
    await assert.rejects(accounts.send(request, attempt()), withCode('NODE_UNCONFIRMED'))
    node.before = async () => undefined
    node.refusal = { code: -32002, message: '', data: { code: 'RPC_TIMEOUT_SENDING' } }
    const late = attempt()
    await assert.rejects(accounts.send(request, late), (error) => {
      assert(withCode('NODE_UNCONFIRMED')(error))
      assert.match(String(error), new RegExp(`look for ${hashOf(late)} before you send it again`))
      return true
    })
    node.refusal = { code: -32003, message: 'no', data: { code: 'TX_UNFUNDED' } }
    await assert.rejects(accounts.send(request, attempt()), /^AnsweredError: no$/)
  })
})
