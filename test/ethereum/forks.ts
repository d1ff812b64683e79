/** Which of Ethereum's forks a block belongs to, and the rules of each. */
import { paramsBlock } from '@ethereumjs/block'
import { Hardfork } from '@ethereumjs/common'

import { type FastCommon, rulesOf } from '../../chain/evm/index.ts'
import type { Header } from '../../chain/port.ts'

/** Ascending. The block number or the timestamp from which a fork is active. */
export type ForkSchedule = readonly (readonly [fork: Hardfork, from: ForkStart])[]
type ForkStart = { readonly number: bigint } | { readonly timestamp: bigint }

/** The `config` of a genesis file in geth's form. */
export interface GenesisConfig {
  readonly chainId: number
  readonly terminalTotalDifficulty?: number
  readonly [entry: string]: unknown
}

const byNumber: readonly (readonly [entry: string, fork: Hardfork])[] = [
  ['homesteadBlock', Hardfork.Homestead],
  ['eip150Block', Hardfork.TangerineWhistle],
  ['eip158Block', Hardfork.SpuriousDragon],
  ['byzantiumBlock', Hardfork.Byzantium],
  ['constantinopleBlock', Hardfork.Constantinople],
  ['petersburgBlock', Hardfork.Petersburg],
  ['istanbulBlock', Hardfork.Istanbul],
  ['muirGlacierBlock', Hardfork.MuirGlacier],
  ['berlinBlock', Hardfork.Berlin],
  ['londonBlock', Hardfork.London],
  ['arrowGlacierBlock', Hardfork.ArrowGlacier],
  ['grayGlacierBlock', Hardfork.GrayGlacier],
  ['mergeNetsplitBlock', Hardfork.Paris],
]

const byTime: readonly (readonly [entry: string, fork: Hardfork])[] = [
  ['shanghaiTime', Hardfork.Shanghai],
  ['cancunTime', Hardfork.Cancun],
  ['pragueTime', Hardfork.Prague],
  ['osakaTime', Hardfork.Osaka],
  ['bpo1Time', Hardfork.Bpo1],
  ['bpo2Time', Hardfork.Bpo2],
]

export function forkSchedule(config: GenesisConfig): ForkSchedule {
  const starts: [Hardfork, ForkStart][] = [[Hardfork.Chainstart, { number: 0n }]]
  for (const [entry, fork] of byNumber) {
    const number = config[entry]
    if (typeof number === 'number') starts.push([fork, { number: BigInt(number) }])
  }
  for (const [entry, fork] of byTime) {
    const timestamp = config[entry]
    if (typeof timestamp === 'number') starts.push([fork, { timestamp: BigInt(timestamp) }])
  }
  return starts
}

export function forkAt(
  schedule: ForkSchedule,
  { number, timestamp }: Pick<Header, 'number' | 'timestamp'>,
): Hardfork {
  let active: Hardfork = Hardfork.Chainstart
  for (const [fork, from] of schedule) {
    const reached = 'number' in from ? number >= from.number : timestamp >= from.timestamp
    if (reached) active = fork
  }
  return active
}

const known = new Map<string, FastCommon>()

/** One instance per chain and fork: rules never change. */
export function ethereumRules(chainId: bigint, fork: Hardfork): FastCommon {
  const key = `${chainId}/${fork}`
  let rules = known.get(key)
  if (rules === undefined) {
    known.set(key, (rules = rulesOf(chainId, fork, [])))
    rules.updateParams(paramsBlock)
  }
  return rules
}
