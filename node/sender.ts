/** An account that calls contracts and waits for what becomes of it. */
import type { Hex } from '#base'

import { checkSucceeded, type Receipt, waitForReceipt } from './receipt.ts'
import type { RpcClient } from './rpc-client.ts'
import type { TransactionRequest, Wallet } from './wallet.ts'

/** A call of a contract that changes something. */
export interface Call {
  readonly to: Hex
  readonly data: Hex
  /** Wei. */
  readonly value?: bigint
  /** Estimated unless given. */
  readonly gasLimit?: bigint
  /** Percent on top of the estimate. */
  readonly gasMargin?: bigint
}

export interface SenderOptions {
  /** Of each transaction. */
  readonly fees: TransactionRequest
  /** How long to wait for a block. */
  readonly seconds: number
}

export class Sender {
  readonly rpc: RpcClient
  readonly wallet: Wallet
  readonly #options: SenderOptions

  constructor(rpc: RpcClient, wallet: Wallet, options: SenderOptions) {
    this.rpc = rpc
    this.wallet = wallet
    this.#options = options
  }

  /**
   * @param nonceKey Lane: transactions of two lanes need no order. Throws `NODE_REVERTED`,
   * `NODE_WAIT`, and what `Wallet` throws.
   */
  async send(call: Call, nonceKey = 0n): Promise<Receipt> {
    const { fees, seconds } = this.#options
    const gasLimit = fees.gasLimit ?? call.gasLimit
    const signed = await this.wallet.sign({ ...fees, ...call, gasLimit, nonceKey })
    await this.wallet.submit(signed)
    const receipt = await waitForReceipt(this.rpc, signed.hash, seconds)
    checkSucceeded(receipt)
    return receipt
  }
}
