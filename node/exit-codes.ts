import { isFault } from '#base'

/** What `pars` exits with. docs/ERRORS.md lists them. */
export const exitCodes = {
  success: 0,
  /** Anything without a number of its own. */
  failure: 1,
  /** The command line or a setting was not understood. */
  usage: 2,
  /** The data folder can't be used: locked, unwritable, full, of another network or release. */
  data: 3,
  /** The address or port can't be used. */
  address: 4,
  /** The genesis document, or what it asks of this node, is not right. */
  genesis: 5,
  /** Execution or consensus stopped for good while the node ran, or validators disagree. */
  stopped: 6,
  /** No node answers, or its address is none that may be used. */
  unreachable: 7,
  /** A key, its file or its password does not serve. */
  key: 8,
  /** The transaction or call was refused or reverted, or is in no block yet. */
  transaction: 9,
} as const

const byCode: readonly (readonly [prefix: string, exitCode: number])[] = [
  ['CHAIN_STOPPED', exitCodes.stopped],
  ['NODE_OUTVOTED', exitCodes.stopped],
  ['NODE_DOPPELGANGER', exitCodes.stopped],
  ['NODE_CONSENSUS', exitCodes.stopped],
  ['NODE_DEVNET_DIFFERS', exitCodes.stopped],
  ['CHAIN_PRECOMPILE_', exitCodes.genesis],
  ['PRECOMPILE_ABSENT', exitCodes.unreachable],
  ['PRECOMPILE_ANSWER', exitCodes.unreachable],
  ['PRECOMPILE_', exitCodes.genesis],
  ['CHAIN_GENESIS_MISMATCH', exitCodes.data],
  ['CHAIN_FORMAT', exitCodes.data],
  ['CHAIN_BLOCK_WRONG', exitCodes.data],
  ['CHAIN_STATE_WRONG', exitCodes.data],
  ['CHAIN_IMPORT', exitCodes.data],
  ['CHAIN_EMPTY', exitCodes.data],
  ['CHAIN_PRUNE_RANGE', exitCodes.usage],
  ['CONSENSUS_IMPORT', exitCodes.data],
  ['STATE_PRUNED', exitCodes.data],
  ['NODE_EXPORT_', exitCodes.data],
  ['NODE_IMPORT_', exitCodes.data],
  ['NODE_DATA_', exitCodes.data],
  ['STORE_', exitCodes.data],
  ['CONSENSUS_STORE_', exitCodes.data],
  ['CONSENSUS_COMMIT_MISSING', exitCodes.data],
  ['NODE_DEVNET_FOLDER', exitCodes.data],
  ['NODE_DEVNET_SIZE', exitCodes.data],
  ['NODE_TLS', exitCodes.usage],
  ['NODE_PORT', exitCodes.address],
  ['NODE_IPC', exitCodes.address],
  ['NETWORK_LISTEN', exitCodes.address],
  ['RPC_NOT_LOOPBACK', exitCodes.address],
  ['NODE_UNREACHABLE', exitCodes.unreachable],
  ['NODE_ANSWER', exitCodes.unreachable],
  ['NODE_RPC_URL', exitCodes.unreachable],
  ['NODE_CONFIG', exitCodes.usage],
  ['NETWORK_ADDRESS', exitCodes.usage],
  ['NODE_USAGE', exitCodes.usage],
  ['NODE_EXPRESSION', exitCodes.usage],
  ['NODE_SIGNED_REQUEST', exitCodes.usage],
  ['NODE_RESET_COMMITTEE', exitCodes.data],
  ['RPC_HOST_FORM', exitCodes.usage],
  ['RPC_METHOD_FORM', exitCodes.usage],
  ['RPC_ORIGIN_FORM', exitCodes.usage],
  ['NODE_RECOVERY_KEY', exitCodes.key],
  ['NODE_RECOVERY_', exitCodes.transaction],
  ['NODE_REFUSED', exitCodes.transaction],
  ['NODE_REVERTED', exitCodes.transaction],
  ['NODE_CONTRACT_', exitCodes.transaction],
  ['NODE_BALLOT_', exitCodes.transaction],
  ['NODE_PIP_FAILS', exitCodes.transaction],
  ['NODE_PIP_STATUS', exitCodes.transaction],
  ['NODE_PIP_UNKNOWN', exitCodes.transaction],
  ['MESH_BUNDLE_CLOSED', exitCodes.key],
  ['MESH_BUNDLE_FORM', exitCodes.key],
  ['NODE_OBJECT_UNKNOWN', exitCodes.usage],
  ['MODEL_UNKNOWN', exitCodes.transaction],
  ['NODE_UPGRADE_UNKNOWN', exitCodes.transaction],
  ['NODE_UPGRADE_', exitCodes.genesis],
  ['NODE_OPERATOR', exitCodes.key],
  ['NODE_IDENTITY_', exitCodes.transaction],
  ['NODE_SMART_ACCOUNT', exitCodes.transaction],
  ['NODE_WAIT', exitCodes.transaction],
  ['NODE_UNFUNDED', exitCodes.transaction],
  ['NODE_CHAIN_ID', exitCodes.transaction],
  ['TX_', exitCodes.transaction],
  ['IDENTITY_', exitCodes.key],
  ['NETWORK_KEY_', exitCodes.key],
  ['CONSENSUS_SIGNER', exitCodes.key],
  ['CONSENSUS_INTERCHANGE', exitCodes.key],
  ['NODE_FILE_EXPOSED', exitCodes.key],
  ['NODE_KEY_', exitCodes.key],
  ['NODE_BINDING_', exitCodes.key],
  ['NODE_PASSWORD_', exitCodes.key],
  ['NODE_SEED', exitCodes.key],
  ['GENESIS_', exitCodes.genesis],
]

export function exitCodeOf(error: unknown): number {
  if (!isFault(error)) return exitCodes.failure
  return byCode.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? exitCodes.failure
}
