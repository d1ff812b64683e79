/**
 * Upgrades that were voted for, at the start of a block: which become active with it, and which can't.
 *
 * @see PIP-0010 "Upgrades"
 */
import { concat, equal, fixed, toBigInt } from '#base'
import type { ScheduledPrecompile } from '#genesis'
import { systemAddresses } from '#protocol'

import { isTaken } from '../block/active.ts'
import type { BlockUnderWay, VoidActivation } from '../profile.ts'
import type { State } from '../state/index.ts'
import { callBySystem, selector } from './system-call.ts'
import { activatedPlugins, nextLook, pluginsOf } from './upgrade-storage.ts'

const selectors = {
  due: selector('due(uint256)'),
  advance: selector('advance(uint256,uint256[])'),
} as const

/**
 * By the timestamp of the block before, and the state after it. Gives the plugins for which upgrades
 * are void.
 *
 * @param genesis What the genesis schedules.
 */
export async function advanceUpgrades(
  block: BlockUnderWay,
  genesis: readonly ScheduledPrecompile[],
  parentTimestamp: bigint,
): Promise<readonly VoidActivation[]> {
  const look = await nextLook(block.state)
  if (look === 0n || parentTimestamp < look) return []
  const time = fixed(parentTimestamp, 32)
  const due = words(await ask(block, concat(selectors.due, time))).slice(2)
  const voids = due.length === 0 ? [] : await judge(block.state, genesis, due)
  const impossible = voids.map(({ upgrade }) => fixed(upgrade, 32))
  const list = concat(fixed(64n, 32), fixed(impossible.length, 32), ...impossible)
  await ask(block, concat(selectors.advance, time, list))
  return voids
}

async function ask(block: BlockUnderWay, data: Uint8Array): Promise<Uint8Array> {
  const to = systemAddresses.upgradeSchedule
  const { exceptionError, returnValue } = await callBySystem(block, to, data)
  if (exceptionError === undefined) return returnValue
  throw new TypeError(`the schedule of upgrades failed: ${exceptionError.error}`)
}

function words(bytes: Uint8Array): bigint[] {
  return Array.from({ length: bytes.length / 32 }, (_, index) =>
    toBigInt(bytes.subarray(index * 32, index * 32 + 32)),
  )
}

type VoidUpgrade = VoidActivation & { readonly upgrade: bigint }

/** The first plugin of each upgrade that can't be. Those before it count for those after it. */
async function judge(
  state: State,
  genesis: readonly ScheduledPrecompile[],
  due: readonly bigint[],
): Promise<readonly VoidUpgrade[]> {
  let scheduled = [...genesis, ...(await activatedPlugins(state))]
  const voids: VoidUpgrade[] = []
  for (const upgrade of due) {
    let withIt = scheduled
    let found: VoidUpgrade | undefined
    for (const plugin of await pluginsOf(state, upgrade)) {
      const reason = await obstacle(state, plugin, withIt)
      withIt = [...withIt, plugin]
      const { name, version } = plugin
      if (reason !== undefined) found ??= { upgrade, name, version, reason }
    }
    if (found === undefined) scheduled = withIt
    else voids.push(found)
  }
  return voids
}

/** Of an activation that is void. */
export const reasons = {
  ethereum: 'its address is left to Ethereum',
  protocol: 'its address is the protocol’s',
  address: 'another precompile has its address',
  name: 'it has another address',
  version: 'its version is scheduled already',
  package: 'its package is scheduled already',
  contract: 'a contract stands at its address',
} as const
type Reason = (typeof reasons)[keyof typeof reasons]

/** Their storage is what the protocol itself reads and writes. */
const owned = [systemAddresses.accounts, systemAddresses.nonces]
const leastAddress = 0x200n

/** What keeps `plugin` from becoming active beside what is scheduled. */
async function obstacle(
  state: State,
  plugin: ScheduledPrecompile,
  scheduled: readonly ScheduledPrecompile[],
): Promise<Reason | undefined> {
  const { address, name, version, module } = plugin
  if (toBigInt(address) < leastAddress) return reasons.ethereum
  const isAt = (one: ScheduledPrecompile): boolean => equal(one.address, address)
  const versions = scheduled.filter((one) => isAt(one) || one.name === name)
  if (versions.some((one) => one.name !== name)) return reasons.address
  if (!versions.every(isAt)) return reasons.name
  if (versions.some((one) => one.version === version)) return reasons.version
  const isOwned = owned.some((one) => equal(one, address))
  if (isOwned && versions.length === 0) return reasons.protocol
  // One installation holds one version of a package: with two, no node could run.
  const hasPackage = module !== undefined && scheduled.some((one) => one.module === module)
  if (hasPackage) return reasons.package
  return (await isTaken(state, address)) ? reasons.contract : undefined
}
