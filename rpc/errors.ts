/**
 * What a fault becomes on the wire. Clients match on the number, tools on the words that Ethereum
 * nodes made usual, people read the cure; `data.code` is the stable name.
 *
 * @see JSON-RPC 2.0 §5.1; EIP-1474 "Error codes"
 */
import { Fault, plainFacts } from '#base'

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
  RPC_METHOD_CLOSED: -32601,
  RPC_KEYS_ABSENT: -32601,
  RPC_SIGN_UNSUPPORTED: -32601,
  RPC_PARAMS_INVALID: -32602,
  RPC_LOGS_RANGE: -32602,
  RPC_INTERNAL: -32603,
  RPC_HALTED: -32000,
  RPC_BLOCK_ABSENT: -32000,
  RPC_TRANSACTION_UNKNOWN: -32000,
  RPC_TRACER_UNKNOWN: -32602,
  RPC_ACCOUNT_UNKNOWN: -32000,
  RPC_ADMIN_ABSENT: -32000,
  RPC_BLOCK_BEYOND_HEAD: -32000,
  RPC_BUILD_REFUSED: -32000,
  RPC_CHECKPOINT_UNKNOWN: -32001,
  RPC_COMMITTEE_ABSENT: -32000,
  RPC_FINALITY_UNPROVEN: -32001,
  RPC_SLOTS_TOO_MANY: -38026,
  RPC_BLOCK_UNKNOWN: -32000,
  RPC_TIMEOUT: -32002,
  RPC_TIMEOUT_SENDING: -32002,
  RPC_TIMEOUT_SIMULATION: -32016,
  RPC_UPSTREAM_ANSWER: -32002,
  RPC_BUSY: -32005,
  RPC_RATE: -32005,
  RPC_RESPONSE_TOO_LARGE: -32005,
  RPC_NOTIFICATIONS: -32601,
  RPC_SUBSCRIPTION_ABSENT: -32602,
  RPC_SUBSCRIPTIONS_FULL: -32005,
  RPC_FILTER_UNKNOWN: -32000,
  RPC_FILTER_BEHIND: -32000,
  RPC_FILTERS_FULL: -32005,
  RPC_CONNECTIONS_FULL: -32005,
  RPC_REVERTED: 3,
  RPC_NOT_MINED: 4,
  RPC_TOKEN_MISSING: 4100,
} as const

export type RpcFaultCode = keyof typeof numbers

/** Refusals that Ethereum's own suite compares whole: there they carry no data. */
const bare: ReadonlySet<RpcFaultCode> = new Set(['RPC_BUILD_REFUSED', 'RPC_LOGS_RANGE'])

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
  GOVERNANCE_CONTRACT_ABSENT: -32000,
  GOVERNANCE_TIME_AHEAD: -32602,
  IDENTITY_FOREIGN_NETWORK: -32003,
  NETWORK_ADDRESS: -32602,
  NETWORK_STATIC_FULL: -32000,
  NODE_ANSWER: -32002,
  NODE_DEV_RANGE: -32602,
  NODE_KEY_REPLACED: -32003,
  NODE_TIME_BACK: -32602,
  NODE_UNCONFIRMED: -32002,
  NODE_UNFUNDED: -32000,
  NODE_UNREACHABLE: -32002,
  POOL_BUSY: -32005,
  POOL_RATE: -32005,
  PRECOMPILE_ABSENT: -32000,
  READ_BUSY: -32005,
  READ_CANCELLED: -32002,
  READ_CALL_UNSUPPORTED: -32602,
  READ_FEE_TOO_LOW: -32000,
  READ_KEY_FOREIGN: -32602,
  READ_LOGS_TOO_LARGE: -32602,
  READ_LOG_RANGE: -32602,
  READ_OUTPUT_TOO_LARGE: -32005,
  READ_OVERRIDE: -32000,
  READ_OVERRIDE_SYSTEM: -32602,
  READ_PERCENTILES: -32602,
  READ_REPLAY_DIFFERS: -32000,
  READ_SEARCH_LONG: -32005,
  READ_TRACE_GENESIS: -32000,
  READ_TRACE_REFUSED: -32000,
  READ_TRACE_TOO_LARGE: -32005,
  READ_SIMULATION_BLOB_FEE: -32603,
  READ_SIMULATION_BLOB_HASH: -32602,
  READ_SIMULATION_BLOCKS: -38026,
  READ_SIMULATION_CREATION: -32602,
  READ_SIMULATION_FEE_TOO_LOW: -38012,
  READ_SIMULATION_GAS: -38015,
  READ_SIMULATION_INITCODE: -38025,
  READ_SIMULATION_INTRINSIC: -38013,
  READ_SIMULATION_NONCE_MAX: -32603,
  READ_SIMULATION_NONCE_TOO_HIGH: -38011,
  READ_SIMULATION_NONCE_TOO_LOW: -38010,
  READ_SIMULATION_NUMBER: -38020,
  READ_SIMULATION_TIME: -38021,
  READ_SIMULATION_TIP: -32602,
  READ_SIMULATION_TOO_LARGE: -32005,
  READ_SIMULATION_UNFUNDED: -38014,
  READ_TOO_MANY_LOGS: -32602,
  READ_UNFUNDED: -32000,
  SDK_TYPED_DATA: -32602,
  STATE_MANY_SLOTS: -32005,
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
    return { ...answer, data: dataOf(error) }
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

/** As Ethereum's nodes answer it, whose errors carry no data but that of a revert. */
export function withoutData(error: unknown): AnsweredError {
  const { data, ...answer } = errorObject(error)
  return new AnsweredError(answer.code === numbers.RPC_REVERTED ? { ...answer, data } : answer)
}

/** Whether `error` is one that a client cannot cause: it belongs into the log. */
export function isInternal(error: unknown): boolean {
  if (error instanceof AnsweredError) return false
  if (error instanceof Fault && foreignNumber(error.code) !== undefined) return false
  return errorObject(error).code === internal
}

function foreignNumber(code: string): number | undefined {
  if (Object.hasOwn(foreign, code)) return foreign[code]
  return code.startsWith('TX_') || code.startsWith('POOL_') ? rejected : undefined
}

/**
 * The cure, after the words that clients match on: the facts are in the data beside it. Libraries show
 * of a rejected transaction the message alone, so that its facts stand at the end of it as well.
 */
function usually(fault: Fault): string {
  const words = Object.hasOwn(usual, fault.code) ? usual[fault.code] : undefined
  const text = fault.cure ?? words ?? fault.message
  const said = words === undefined || text.includes(words) ? text : `${words}: ${text}`
  const { code, cure, message } = fault
  if (cure === undefined || foreignNumber(code) !== rejected) return said
  return `${said} [${message.slice(0, -`: ${cure}`.length)}]`
}

/** What clients of Ethereum look for in it where there is such a thing. */
function dataOf({ facts }: RpcFault): unknown {
  if (facts.code === 'RPC_REVERTED') return 'data' in facts ? facts.data : '0x'
  if (facts.code === 'RPC_NOT_MINED' && 'hash' in facts) return facts.hash
  return plainFacts(facts)
}
