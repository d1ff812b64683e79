import { type Hex, quantity } from '#base'

import { limits } from '../limits.ts'
import { quantityIn, type RpcClient } from '../rpc-client.ts'

interface Sent {
  readonly nonce: bigint
  readonly hash: Hex
}

/**
 * The next nonce of lanes. The node knows it from its state alone; what was sent since, and still waits
 * there, is remembered here.
 */
export class Lanes {
  readonly #rpc: RpcClient
  readonly #sent = new Map<string, Sent>()

  constructor(rpc: RpcClient) {
    this.#rpc = rpc
  }

  async next(account: Hex, nonceKey: bigint): Promise<bigint> {
    const sent = this.#sent.get(`${account}/${nonceKey}`)
    const [nonce, known] = await this.#rpc.askAll(
      ['pars_getNonce', account, quantity(nonceKey), 'pending'],
      ...(sent === undefined ? [] : [['eth_getTransactionByHash', sent.hash] as const]),
    )
    const next = quantityIn(nonce)
    if (sent === undefined || sent.nonce < next || (known ?? null) === null) return next
    return sent.nonce + 1n
  }

  remember(account: Hex, nonceKey: bigint, sent: Sent): void {
    const lane = `${account}/${nonceKey}`
    this.#sent.delete(lane)
    this.#sent.set(lane, sent)
    const [oldest] = this.#sent.keys()
    if (oldest !== undefined && this.#sent.size > limits.proxyLanes.value) this.#sent.delete(oldest)
  }
}
