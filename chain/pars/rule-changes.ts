/** When the rules of a Pars network change: at the heights where precompiles start. @see EIP-7910 */
import { concat, fixed, unhex } from '#base'
import { keccak256 } from '#crypto'
import { specHash } from '#precompiles'
import { systemAddresses } from '#protocol'

import type { RuleChange } from '../profile.ts'
import type { Network } from './envelope.ts'
import { due, type Scheduled } from './schedule.ts'

const noBlobs = { target: 0n, max: 0n, fraction: 0n }

const systemContracts: RuleChange['systemContracts'] = [
  ['COMMIT_DIGESTS_ADDRESS', systemAddresses.commitDigests],
  ['FEE_COLLECTOR_ADDRESS', systemAddresses.feeCollector],
  ['HISTORY_STORAGE_ADDRESS', systemAddresses.blockHashes],
]

/**
 * The id of the rules at a height is of the network and of everything that has started there.
 *
 * @param schedule Of what starts, without what never does.
 */
export function parsRuleChanges(
  schedule: readonly Scheduled[],
  { genesisHash }: Network,
): readonly RuleChange[] {
  const heights = new Set([0n, ...schedule.map(({ from }) => from)])
  return [...heights]
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)))
    .map((number) => {
      const started = schedule
        .filter(({ from }) => from <= number)
        .map(({ from, plugin }) => concat(fixed(from, 8), unhex(plugin.address), specHash(plugin)))
      return {
        from: { number },
        plugins: due(schedule, number),
        at: { number, timestamp: 0n },
        blobs: noBlobs,
        forkId: () => keccak256(concat(genesisHash, ...started)).slice(0, 4),
        systemContracts,
      }
    })
}
