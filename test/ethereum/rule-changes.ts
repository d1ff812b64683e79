import { crc32 } from 'node:zlib'

/** Ethereum's forks by time, as EIP-7910 tells them. */
import { concat, fixed, unhex } from '#base'

import type { FastCommon } from '../../chain/evm/index.ts'
import type { Header } from '../../chain/port.ts'
import type { RuleChange } from '../../chain/profile.ts'
import type { ForkSchedule } from './forks.ts'

export function ethereumRuleChanges(
  schedule: ForkSchedule,
  rules: (at: Pick<Header, 'number' | 'timestamp'>) => FastCommon,
  depositContract: Uint8Array,
): readonly RuleChange[] {
  const heights = schedule.flatMap(([, from]) => ('number' in from ? [from.number] : []))
  const times = schedule.flatMap(([, from]) => ('timestamp' in from ? [from.timestamp] : []))
  const number = heights.at(-1) ?? 0n
  return [...new Set(times)].map((timestamp) => {
    const at = { number, timestamp }
    const passed = new Set([...heights, ...times.filter((time) => time <= timestamp)])
    return {
      from: { timestamp },
      plugins: [],
      at,
      blobs: blobsOf(rules(at)),
      forkId: (genesisBlock) => forkId(genesisBlock, [...passed]),
      systemContracts: systemContracts(rules(at), depositContract),
    }
  })
}

function blobsOf(rules: FastCommon): RuleChange['blobs'] {
  if (!rules.isActivatedEIP(4844)) return { target: 0n, max: 0n, fraction: 0n }
  const perBlob = rules.param('blobGasPerBlob')
  const schedule = rules.getBlobGasSchedule()
  return {
    target: schedule.targetBlobGasPerBlock / perBlob,
    max: schedule.maxBlobGasPerBlock / perBlob,
    fraction: schedule.blobGasPriceUpdateFraction,
  }
}

/** @see EIP-2124, EIP-6122 */
function forkId(genesisBlock: Uint8Array, passed: readonly bigint[]): Uint8Array {
  const forks = passed.filter((fork) => fork > 0n).map((fork) => fixed(fork, 8))
  return fixed(BigInt(crc32(concat(genesisBlock, ...forks))), 4)
}

function systemContracts(
  rules: FastCommon,
  depositContract: Uint8Array,
): RuleChange['systemContracts'] {
  const beaconRoots = unhex('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')
  const sinceCancun = [['BEACON_ROOTS_ADDRESS', beaconRoots]] as const
  const sincePrague = [
    [
      'CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS',
      unhex('0x0000bbddc7ce488642fb579f8b00f3a590007251'),
    ],
    ['DEPOSIT_CONTRACT_ADDRESS', depositContract],
    ['HISTORY_STORAGE_ADDRESS', unhex('0x0000f90827f1c53a10cb7a02335b175320002935')],
    ['WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS', unhex('0x00000961ef480eb55e80d19ad83579a64c007002')],
  ] as const
  return [
    ...(rules.isActivatedEIP(4788) ? sinceCancun : []),
    ...(rules.isActivatedEIP(7685) ? sincePrague : []),
  ]
}
