import { Fault } from '#base'

/** @see EIP-1193, "Provider Errors"; EIP-3326 */
const numbers = {
  SDK_WALLET_REJECTED: 4001,
  SDK_WALLET_UNAUTHORIZED: 4100,
  SDK_WALLET_UNSUPPORTED: 4200,
  SDK_WALLET_PARAMS: -32_602,
  SDK_WALLET_CHAIN: 4902,
} as const

/** A refusal in the words of JSON-RPC: `code` is the number that applications match on. */
export class ProviderError extends Error {
  override readonly name = 'ProviderRpcError'
  readonly code: number
  readonly data: { readonly code: string }

  constructor(
    facts: { readonly code: keyof typeof numbers; readonly [fact: string]: unknown },
    cure: string,
  ) {
    const fault = new Fault(facts, cure)
    super(fault.message, { cause: fault })
    this.code = numbers[facts.code]
    this.data = facts
  }
}
