/**
 * What a fault becomes on the wire. Clients match on the number, tools on the words that Ethereum
 * nodes made usual, people read the cure; `data.code` is the stable name.
 *
 * @see JSON-RPC 2.0 §5.1; EIP-1474 "Error codes"
 */
import { Fault, type Hex, plainFacts } from '#base'

/** The faults that rpc/ raises itself, and their JSON-RPC numbers. */
const numbers = {
  RPC_PARSE: -32700,
  RPC_REQUEST_INVALID: -32600,
  RPC_BATCH_TOO_LARGE: -32600,
  RPC_BODY_TOO_LARGE: -32600,
  RPC_MEDIA_TYPE: -32600,
  RPC_HTTP_METHOD: -32600,
  RPC_PATH: -32600,
  RPC_HOST_REFUSED: -32600,
  RPC_ORIGIN_REFUSED: -32600,
  RPC_TOKEN_WRONG: -32600,
  RPC_METHOD_UNKNOWN: -32601,
  RPC_KEYS_ABSENT: -32601,
  RPC_SIGN_UNSUPPORTED: -32601,
  RPC_PARAMS_INVALID: -32602,
  RPC_LOGS_RANGE: -32602,
  RPC_INTERNAL: -32603,
  RPC_HALTED: -32000,
  RPC_ACCOUNT_UNKNOWN: -32000,
  RPC_BLOCK_BEYOND_HEAD: -32000,
  RPC_BLOCK_UNKNOWN: -32001,
  RPC_TIMEOUT: -32002,
  RPC_TIMEOUT_SENDING: -32002,
  RPC_UPSTREAM_ANSWER: -32002,
  RPC_BUSY: -32005,
  RPC_RESPONSE_TOO_LARGE: -32005,
  RPC_REVERTED: 3,
  RPC_TOKEN_MISSING: 4100,
} as const

export type RpcFaultCode = keyof typeof numbers

/** Refusals that Ethereum's own suite compares whole: there they carry no data. */
const bare: ReadonlySet<RpcFaultCode> = new Set(['RPC_LOGS_RANGE'])

/** A refusal by rpc/ itself. Its cure goes to the client as it is. */
export class RpcFault extends Fault<{ readonly code: RpcFaultCode }> {
  override readonly cure: string

  constructor(
    facts: { readonly code: RpcFaultCode; readonly [fact: string]: unknown },
    cure: string,
  ) {
    super(facts, cure)
    this.cure = cure
  }
}

/** An error that another server answered, passed on as it is. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError'
  readonly answer: ErrorObject

  constructor(answer: ErrorObject) {
    super(answer.message)
    this.answer = answer
  }
}

/**
 * Faults of other folders with a number of their own; prefixes stand for the rest. Those of `NODE_`
 * come through the ports of a proxy.
 */
const foreign: Readonly<Record<string, number>> = {
  BASE_NOT_HEX: -32602,
  IDENTITY_FOREIGN_NETWORK: -32003,
  NODE_ANSWER: -32002,
  NODE_KEY_REPLACED: -32003,
  NODE_UNCONFIRMED: -32002,
  NODE_UNFUNDED: -32000,
  NODE_UNREACHABLE: -32002,
  POOL_BUSY: -32005,
  POOL_RATE: -32005,
  READ_BUSY: -32005,
  READ_FEE_TOO_LOW: -32000,
  READ_KEY_FOREIGN: -32602,
  READ_LOGS_TOO_LARGE: -32602,
  READ_LOG_RANGE: -32602,
  READ_PERCENTILES: -32602,
  READ_TOO_MANY_LOGS: -32602,
  READ_UNFUNDED: -32000,
  SDK_TYPED_DATA: -32602,
  STATE_PRUNED: 4444,
}

/** Words that clients match on, put before a message that lacks them. */
const usual: Readonly<Record<string, string>> = {
  NODE_UNFUNDED: 'insufficient funds for gas * price + value',
  POOL_OVERDRAWN: 'insufficient funds for gas * price + value',
  POOL_UNDERPRICED: 'replacement transaction underpriced',
  READ_FEE_TOO_LOW: 'max fee per gas less than block base fee',
  READ_LOGS_TOO_LARGE: 'query returned more data than allowed',
  READ_LOG_RANGE: 'exceed maximum block range',
  READ_TOO_MANY_LOGS: 'query returned more results than allowed',
  READ_UNFUNDED: 'insufficient funds for gas * price + value',
  STATE_PRUNED: 'pruned history unavailable',
  TX_CHAIN_ID: 'invalid chain id',
  TX_CLASSICAL: 'transaction type not supported',
  TX_FEE_TOO_LOW: 'max fee per gas less than block base fee',
  TX_GAS_LIMIT: 'intrinsic gas too low',
  TX_INITCODE: 'max initcode size exceeded',
  TX_NONCE_GAP: 'nonce too high',
  TX_NONCE_TOO_LOW: 'nonce too low',
  TX_PRIORITY_FEE: 'max priority fee per gas higher than max fee per gas',
  TX_TYPE: 'transaction type not supported',
  TX_UNFUNDED: 'insufficient funds for gas * price + value',
}

const rejected = -32003
const internal = -32603

export interface ErrorObject {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/**
 * Any thrown value as a JSON-RPC error. What is neither a refusal nor a rejected transaction is
 * internal: its text may hold paths, so it stays in the log.
 */
export function errorObject(error: unknown): ErrorObject {
  if (error instanceof AnsweredError) return error.answer
  if (error instanceof RpcFault) {
    const { code } = error
    const answer = { code: numbers[code], message: error.cure }
    if (bare.has(code)) return answer
    const data = code === 'RPC_REVERTED' ? returnData(error.facts) : plainFacts(error.facts)
    return { ...answer, data }
  }
  if (error instanceof Fault) {
    const number = foreignNumber(error.code)
    if (number !== undefined) {
      return { code: number, message: usually(error), data: plainFacts(error.facts) }
    }
  }
  const code = error instanceof Fault ? error.code : 'RPC_INTERNAL'
  return { code: internal, message: 'internal error: see the log of the node', data: { code } }
}

/** Whether `error` is one that a client cannot cause: it belongs into the log. */
export function isInternal(error: unknown): boolean {
  return !(error instanceof AnsweredError) && errorObject(error).code === internal
}

function foreignNumber(code: string): number | undefined {
  if (Object.hasOwn(foreign, code)) return foreign[code]
  return code.startsWith('TX_') || code.startsWith('POOL_') ? rejected : undefined
}

function usually(fault: Fault): string {
  const words = Object.hasOwn(usual, fault.code) ? usual[fault.code] : undefined
  return words === undefined || fault.message.includes(words)
    ? fault.message
    : `${words}: ${fault.message}`
}

function returnData(facts: object): Hex {
  return 'data' in facts ? (facts.data as Hex) : '0x'
}
