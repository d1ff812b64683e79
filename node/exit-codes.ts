import { isFault } from '#base'

/** What `pars` exits with. docs/ERRORS.md lists them. */
export const exitCodes = {
  success: 0,
  /** Anything without a number of its own. */
  failure: 1,
  /** The command line was not understood. */
  usage: 2,
  /** The data folder can't be used: locked, unwritable, full, of another network or release. */
  data: 3,
  /** The address or port can't be used. */
  address: 4,
  /** The genesis document, or what it asks of this node, is not right. */
  genesis: 5,
  /** Execution stopped for good while the node ran. */
  stopped: 6,
  /** No node answers. */
  unreachable: 7,
} as const

const byCode: readonly (readonly [prefix: string, exitCode: number])[] = [
  ['CHAIN_STOPPED', exitCodes.stopped],
  ['CHAIN_PRECOMPILE_', exitCodes.genesis],
  ['PRECOMPILE_', exitCodes.genesis],
  ['CHAIN_GENESIS_MISMATCH', exitCodes.data],
  ['CHAIN_FORMAT', exitCodes.data],
  ['NODE_DATA_', exitCodes.data],
  ['STORE_', exitCodes.data],
  ['NODE_PORT', exitCodes.address],
  ['RPC_NOT_LOOPBACK', exitCodes.address],
  ['NODE_UNREACHABLE', exitCodes.unreachable],
  ['GENESIS_', exitCodes.genesis],
]

export function exitCodeOf(error: unknown): number {
  if (!isFault(error)) return exitCodes.failure
  return byCode.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? exitCodes.failure
}
