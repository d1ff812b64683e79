import { type Common, Hardfork } from '@ethereumjs/common'
import { paramsTx } from '@ethereumjs/tx'

/** The rules of a Pars network, from its genesis document. The only profile in production. */
import { empty, equal, unhex } from '#base'
import { type Genesis, genesisAllocation, genesisHash } from '#genesis'
import type { EnvelopeKey, Precompile } from '#precompiles'
import {
  type Algorithm,
  defaultAlgorithm,
  algorithms,
  floorGas,
  type GasFields,
  intrinsicGas,
  isAlgorithm,
  limits,
  systemAddresses,
} from '#protocol'

import { activePlugins, isTaken } from '../block/active.ts'
import { bloomOf } from '../block/bloom.ts'
import { emptyOmmersHash, zeroNonce } from '../block/header.ts'
import type { CallRequest } from '../call-port.ts'
import { rulesOf } from '../evm/index.ts'
import type { Header } from '../port.ts'
import type { ChainProfile, GenesisAccount } from '../profile.ts'
import { emptyRoot, type State } from '../state/index.ts'
import { nextBaseFee } from './base-fee.ts'
import { parsBlockRules } from './block-rules.ts'
import { builtinGas } from './builtin-gas.ts'
import { callKey } from './call-key.ts'
import { blockGasLimit } from './chain-parameters.ts'
import { noRequests } from './constants.ts'
import { decodeEnvelope, type ParsEnvelope } from './envelope.ts'
import { roomForTransactions } from './limits.ts'
import { parsRuleChanges } from './rule-changes.ts'
import { due, type InstalledPackage, Schedule, type Scheduled } from './schedule.ts'
import { parsSimulation } from './simulated.ts'
import { lanesAddress, registryAddress } from './slots.ts'
import type { StorageReader } from './upgrade-storage.ts'

export interface ParsProfile extends ChainProfile {
  readonly name: string
  readonly dev: boolean
  readonly token: Genesis['token']
  /** 20 bytes. */
  readonly feeCollector: Uint8Array
  /** Of the block on top of `state`. */
  blockGasLimit(state: StorageReader): Promise<bigint>
  /** Bytes that the transactions of one block may take. */
  readonly blockRoom: number
  readonly targetBlockMs: number
  /** An idle chain makes an empty block when head is this old. */
  readonly emptyBlockSeconds: bigint
  rules(): Common
  decode(wire: Uint8Array): ParsEnvelope
  nextBaseFee(parent: Header): bigint
}

/** What says who signs, and by which rules; and what runs before the transactions of a block, unpaid. */
const fixedAddresses = [
  registryAddress,
  lanesAddress,
  systemAddresses.chainParams,
  systemAddresses.upgradeSchedule,
  systemAddresses.validatorSet,
  systemAddresses.commitDigests,
]

/** How many block times pass before an idle chain makes an empty block. */
const idleBlocks = 4

/**
 * @param available Every plugin of this node; the genesis says which are active, and when.
 * @param engines Only execution needs them.
 * @param packages The plugins of others, by the module that the genesis names.
 * Throws `CHAIN_PRECOMPILE_MISSING`, `CHAIN_PRECOMPILE_SPEC` or `CHAIN_PRECOMPILE_ADDRESS`.
 */
export function parsProfile(
  genesis: Genesis,
  available: readonly Precompile[],
  engines: ParsProfile['engines'] = {},
  packages: ReadonlyMap<string, InstalledPackage> = new Map(),
): ParsProfile {
  const rules = rulesOf(genesis.chainId, Hardfork.Osaka, [7934])
  rules.updateParams(paramsTx)
  const hash = genesisHash(genesis)
  const schedule = new Schedule(genesis.precompiles, { builtin: available, packages })
  const network = { chainId: genesis.chainId, genesisHash: hash }
  const { accounts, keys } = genesisAllocation(genesis)
  const idle = Math.max(1, Math.ceil((idleBlocks * genesis.targetBlockMs) / 1000))
  return {
    ...network,
    attested: genesis.validators.length > 0,
    name: genesis.name,
    dev: genesis.dev,
    token: genesis.token,
    feeCollector: genesis.feeCollector,
    blockRoom: roomForTransactions,
    targetBlockMs: genesis.targetBlockMs,
    emptyBlockSeconds: BigInt(idle),
    genesis: {
      header: genesisHeader(genesis, hash),
      accounts: accounts satisfies readonly GenesisAccount[],
      keys,
    },
    engines: { ...engines, builtinGas },
    rules: () => rules,
    blockGasLimit,
    decode: (wire) => decodeEnvelope(wire, network, rules),
    nextBaseFee: (parent) => nextBaseFee(parent, BigInt(genesis.targetBlockMs)),
    plugins: async (state, { number }) =>
      activePlugins(state, due(await schedule.in(state), number)),
    blocks: parsBlockRules({ genesisHash: hash, schedule }),
    changes: async (state) =>
      parsRuleChanges(await started(state, await schedule.in(state)), network),
    simulation: parsSimulation(network, genesis.targetBlockMs),
    isFixed: (address) => fixedAddresses.some((one) => equal(one, address)),
    maxTransactionGas: () => BigInt(limits.transactionGas.value),
    envelopeKey: callKey,
    intrinsicGas: (request, _, key) => intrinsicOf(request, key),
  }
}

/** Without what is void, and what an upgrade has replaced before its height came. */
async function started(
  state: State,
  schedule: readonly Scheduled[],
): Promise<readonly Scheduled[]> {
  const found: Scheduled[] = []
  for (const entry of schedule) {
    const { from, plugin } = entry
    const isReplaced = !due(schedule, from).includes(plugin)
    if (!isReplaced && !(await isTaken(state, unhex(plugin.address)))) found.push(entry)
  }
  return found
}

function genesisHeader(genesis: Genesis, hash: Uint8Array): Omit<Header, 'stateRoot'> {
  return {
    parentHash: new Uint8Array(32),
    ommersHash: emptyOmmersHash,
    beneficiary: genesis.feeCollector,
    transactionsRoot: emptyRoot,
    receiptsRoot: emptyRoot,
    logsBloom: bloomOf([]),
    difficulty: 0n,
    number: 0n,
    gasLimit: genesis.blockGasLimit,
    gasUsed: 0n,
    timestamp: genesis.timestamp,
    // Every block hash of the network follows from its genesis hash.
    extraData: hash,
    prevRandao: new Uint8Array(32),
    nonce: zeroNonce,
    baseFeePerGas: genesis.initialBaseFee,
    withdrawalsRoot: emptyRoot,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: new Uint8Array(32),
    requestsHash: noRequests,
  }
}

function intrinsicOf(
  request: CallRequest,
  known: EnvelopeKey | undefined,
): { intrinsic: bigint; floor: bigint } {
  const chosen = known?.algorithm ?? request.algorithm ?? defaultAlgorithm
  const algorithm = isAlgorithm(chosen) ? chosen : defaultAlgorithm
  const fields: GasFields = {
    nonceKey: request.nonceKey ?? 0n,
    nonce: request.nonce ?? 0n,
    to: request.to ?? empty,
    data: request.data ?? empty,
    accessList: request.accessList ?? [],
    algorithm,
    key: known?.key ?? blankKey(algorithm),
  }
  return { intrinsic: intrinsicGas(fields), floor: floorGas(fields) }
}

const blankKeys = new Map<Algorithm, Uint8Array>()

/** As long as a public key of `algorithm`: gas depends on no more of it. */
function blankKey(algorithm: Algorithm): Uint8Array {
  const known = blankKeys.get(algorithm)
  if (known !== undefined) return known
  const blank = new Uint8Array(algorithms[algorithm].publicKeyBytes)
  blankKeys.set(algorithm, blank)
  return blank
}
