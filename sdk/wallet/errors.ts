import { BaseError, HttpRequestError, TimeoutError, WebSocketRequestError } from 'viem'

import { Fault, isFault, plainFacts } from '#base'

/** The node is out of reach. */
export const disconnected = 4900

/** @see EIP-1193, "Provider Errors"; EIP-1474; EIP-3326 */
const numbers = {
  SDK_WALLET_REJECTED: 4001,
  SDK_WALLET_UNAUTHORIZED: 4100,
  SDK_WALLET_UNSUPPORTED: 4200,
  SDK_WALLET_DISCONNECTED: disconnected,
  // By this number viem tells that a wallet has no wallet_sendTransaction, and shows what failed before.
  SDK_WALLET_METHOD: -32_601,
  SDK_WALLET_PARAMS: -32_602,
  SDK_WALLET_BUSY: -32_005,
  SDK_WALLET_CHAIN: 4902,
} as const

const transactionRejected = -32_003
const internal = -32_603

/** What the provider rejects with: `code` is the number that applications match on. */
export class ProviderError extends Error {
  override readonly name = 'ProviderRpcError'
  readonly code: number
  /** The facts of a Fault, or what the node sent along: of a revert, the returned bytes. */
  readonly data: unknown

  constructor(code: number, message: string, data: unknown, cause: unknown) {
    super(message, { cause })
    this.code = code
    this.data = data
  }
}

/** A refusal of the wallet's own. */
export function refusal(
  facts: { readonly code: keyof typeof numbers; readonly [fact: string]: unknown },
  cure: string,
): ProviderError {
  const fault = new Fault(facts, cure)
  return new ProviderError(numbers[facts.code], fault.message, plainFacts(facts), fault)
}

/** The error of a viem client, without the layers around the sentence that helps. */
export function toProviderError(error: unknown): ProviderError {
  const causes = chainOf(error)
  const own = causes.find((cause) => cause instanceof ProviderError)
  if (own !== undefined) return own
  const fault = causes.find((cause) => isFault(cause))
  if (fault !== undefined) {
    return new ProviderError(transactionRejected, fault.message, plainFacts(fault.facts), error)
  }
  const answer = causes.findLast(isAnswer)
  if (answer !== undefined) {
    return new ProviderError(answer.code, detailsOf(answer), answer.data, error)
  }
  const lost = causes.find(
    (cause) =>
      cause instanceof HttpRequestError ||
      cause instanceof TimeoutError ||
      cause instanceof WebSocketRequestError,
  )
  if (lost === undefined) return new ProviderError(internal, detailsOf(causes[0]), undefined, error)
  return refusal(
    { code: 'SDK_WALLET_DISCONNECTED', reason: detailsOf(lost) },
    'see whether the node runs at the address of the chain, and allows pages of this origin (--allow-origins)',
  )
}

function isAnswer(
  error: Error,
): error is Error & { readonly code: number; readonly data?: unknown } {
  return 'code' in error && typeof error.code === 'number'
}

function chainOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...chainOf(error.cause)] : []
}

function detailsOf(error: Error | undefined): string {
  if (error instanceof BaseError && error.details !== '') return error.details
  return error?.message ?? 'unknown'
}
