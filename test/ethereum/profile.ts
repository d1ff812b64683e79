import type { Hardfork } from '@ethereumjs/common'

/** The `ethereum` chain profile, from a genesis file in geth's form. Exists for tests alone. */
import { empty, fixed, padLeft, unhex } from '#base'
import { keccak256 } from '#crypto'

import { bloomOf } from '../../chain/block/bloom.ts'
import { emptyOmmersHash } from '../../chain/block/header.ts'
import type { FastCommon } from '../../chain/evm/index.ts'
import type { Header } from '../../chain/port.ts'
import type { ChainProfile, GenesisAccount } from '../../chain/profile.ts'
import { emptyRoot } from '../../chain/state/index.ts'
import { authorizationGas } from './authorize.ts'
import { ethereumBlockRules } from './block-rules.ts'
import { blobBaseFee, nextBaseFee } from './fees.ts'
import {
  ethereumRules,
  forkAt,
  type ForkSchedule,
  forkSchedule,
  type GenesisConfig,
} from './forks.ts'
import { ethereumRuleChanges } from './rule-changes.ts'
import { ethereumSimulation } from './simulated.ts'
import { decodeTransaction } from './transaction.ts'

type Text = `0x${string}`

/** geth's genesis.json, the members that matter. */
export interface GethGenesis {
  readonly config: GenesisConfig
  readonly nonce: Text
  readonly timestamp: Text
  readonly extraData: Text
  readonly gasLimit: Text
  readonly difficulty: Text
  readonly mixHash: Text
  readonly coinbase: Text
  readonly alloc: Readonly<Record<string, GethAccount>>
}

interface GethAccount {
  readonly balance?: string
  readonly nonce?: string
  readonly code?: Text
  readonly storage?: Readonly<Record<string, string>>
}

export interface EthereumProfile extends ChainProfile {
  readonly depositContract: Uint8Array
  fork(at: Pick<Header, 'number' | 'timestamp'>): Hardfork
  rules(at: Pick<Header, 'number' | 'timestamp'>): FastCommon
}

export function ethereumProfile(
  genesis: GethGenesis,
  engines: ChainProfile['engines'],
): EthereumProfile {
  const schedule: ForkSchedule = forkSchedule(genesis.config)
  const chainId = BigInt(genesis.config.chainId)
  const depositContract = unhex(
    (genesis.config['depositContractAddress'] as Text | undefined) ?? '0x',
  )
  const fork = (at: Pick<Header, 'number' | 'timestamp'>): Hardfork => forkAt(schedule, at)
  const rules = (at: Pick<Header, 'number' | 'timestamp'>): FastCommon =>
    ethereumRules(chainId, fork(at))
  return {
    chainId,
    genesisHash: keccak256(new TextEncoder().encode(JSON.stringify(genesis))),
    depositContract,
    genesis: { header: header(genesis), accounts: accounts(genesis), keys: [] },
    engines,
    fork,
    rules,
    plugins: () => Promise.resolve([]),
    blocks: ethereumBlockRules(depositContract),
    simulation: ethereumSimulation(chainId, rules),
    changes: () => Promise.resolve(ethereumRuleChanges(schedule, rules, depositContract)),
    isFixed: () => false,
    decode: (wire, at) => decodeTransaction(wire, rules(at)),
    blobGasPrice: (at) =>
      at.excessBlobGas === undefined ? undefined : blobBaseFee(at.excessBlobGas, rules(at)),
    nextBaseFee: (parent) => nextBaseFee(parent, rules({ ...parent, number: parent.number + 1n })),
    maxTransactionGas: (at) => (rules(at).isActivatedEIP(7825) ? 2n ** 24n : undefined),
    intrinsicGas(request, at) {
      const active = rules(at)
      const data = request.data ?? empty
      const zeros = BigInt(data.filter((byte) => byte === 0).length)
      const others = BigInt(data.length) - zeros
      let intrinsic = 21_000n + 4n * zeros + active.param('txDataNonZeroGas') * others
      for (const [, slots] of request.accessList ?? []) {
        intrinsic += 2_400n + 1_900n * BigInt(slots.length)
      }
      intrinsic += authorizationGas * BigInt(request.authorizations?.length ?? 0)
      if (request.to === undefined) {
        intrinsic += active.param('txCreationGas')
        if (active.isActivatedEIP(3860)) intrinsic += 2n * BigInt(Math.ceil(data.length / 32))
      }
      const floor = active.isActivatedEIP(7623) ? 21_000n + 10n * (zeros + 4n * others) : 0n
      return { intrinsic, floor }
    },
  }
}

function header(genesis: GethGenesis): Omit<Header, 'stateRoot'> {
  return {
    parentHash: new Uint8Array(32),
    ommersHash: emptyOmmersHash,
    beneficiary: unhex(genesis.coinbase),
    transactionsRoot: emptyRoot,
    receiptsRoot: emptyRoot,
    logsBloom: bloomOf([]),
    difficulty: BigInt(genesis.difficulty),
    number: 0n,
    gasLimit: BigInt(genesis.gasLimit),
    gasUsed: 0n,
    timestamp: BigInt(genesis.timestamp),
    extraData: unhex(genesis.extraData),
    prevRandao: unhex(genesis.mixHash),
    nonce: fixed(BigInt(genesis.nonce), 8),
  }
}

function accounts({ alloc }: GethGenesis): readonly GenesisAccount[] {
  return Object.entries(alloc).map(([address, account]) => ({
    address: bytes(address),
    nonce: BigInt(account.nonce ?? 0),
    balance: BigInt(account.balance ?? 0),
    code: account.code === undefined ? empty : unhex(account.code),
    storage: Object.entries(account.storage ?? {}).map(
      ([slot, value]) => [padLeft(bytes(slot), 32), bytes(value)] as const,
    ),
  }))
}

function bytes(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replace(/^0x/, ''))
}
