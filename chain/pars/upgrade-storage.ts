/**
 * The plugins of upgrades, and those that are active, as the storage of UpgradeSchedule has them
 * (contracts/artifacts/UpgradeSchedule.json, "storage").
 */
import { Address } from '@ethereumjs/util'

import { concat, fixed, toBigInt } from '#base'
import { keccak256 } from '#crypto'
import type { ScheduledPrecompile } from '#genesis'
import { systemAddresses } from '#protocol'

/** Of a state, or of a source of one. */
export interface StorageReader {
  getStorage(address: Address, slot: Uint8Array): Promise<Uint8Array>
}

const schedule = new Address(systemAddresses.upgradeSchedule)
/** Of UpgradeSchedule. */
export const slots = { nextLook: 0n, digest: 1n, upgrades: 4n, activated: 5n } as const
const upgradeSlots = { times: 0n, plugins: 2n } as const
const pluginWords = 6n

async function word(state: StorageReader, slot: bigint): Promise<bigint> {
  return toBigInt(await state.getStorage(schedule, fixed(slot, 32)))
}

/** The earliest activation among the upgrades that wait, in seconds; 0 where none waits. */
export function nextLook(state: StorageReader): Promise<bigint> {
  return word(state, slots.nextLook)
}

/** Differs with every plugin that an upgrade activates; undefined before the first. */
export async function activatedDigest(state: StorageReader): Promise<string | undefined> {
  const digest = await state.getStorage(schedule, fixed(slots.digest, 32))
  return digest.some((byte) => byte !== 0) ? digest.toHex() : undefined
}

/** In the order of their activation. */
export async function activatedPlugins(
  state: StorageReader,
): Promise<readonly ScheduledPrecompile[]> {
  const count = await word(state, slots.activated)
  const entries: ScheduledPrecompile[] = []
  for (let index = 0n; index < count; index++) {
    const at = elements(slots.activated) + index * 2n
    entries.push(await pluginOf(state, await word(state, at), await word(state, at + 1n)))
  }
  return entries
}

/** Of an upgrade, in its order. */
export async function pluginsOf(
  state: StorageReader,
  upgrade: bigint,
): Promise<readonly ScheduledPrecompile[]> {
  const count = await word(state, entryOf(upgrade) + upgradeSlots.plugins)
  const plugins: ScheduledPrecompile[] = []
  for (let index = 0n; index < count; index++) plugins.push(await pluginOf(state, upgrade, index))
  return plugins
}

async function pluginOf(
  state: StorageReader,
  upgrade: bigint,
  index: bigint,
): Promise<ScheduledPrecompile> {
  const entry = entryOf(upgrade)
  const from = (await word(state, entry + upgradeSlots.times)) >> 192n
  const at = elements(entry + upgradeSlots.plugins) + index * pluginWords
  const module = (await bytes(state, at + 4n)).toString()
  const integrity = (await bytes(state, at + 5n)).toString('base64')
  return {
    name: (await bytes(state, at)).toString(),
    version: (await bytes(state, at + 1n)).toString(),
    address: fixed(BigInt.asUintN(160, await word(state, at + 2n)), 20),
    specHash: fixed(await word(state, at + 3n), 32),
    from,
    module: module === '' ? undefined : module,
    integrity: integrity === '' ? undefined : `sha512-${integrity}`,
  }
}

/** Where the words of an upgrade begin. */
function entryOf(upgrade: bigint): bigint {
  return toBigInt(keccak256(concat(fixed(upgrade, 32), fixed(slots.upgrades, 32))))
}

/** Where the elements of the array at `slot` begin. */
function elements(slot: bigint): bigint {
  return toBigInt(keccak256(fixed(slot, 32)))
}

/** Of `bytes` or `string`: up to 31 of them stand in their slot, with twice their number. */
async function bytes(state: StorageReader, slot: bigint): Promise<Buffer> {
  const head = await word(state, slot)
  if ((head & 1n) === 0n) {
    return Buffer.from(fixed(head, 32).subarray(0, Number(head & 0xffn) / 2))
  }
  const length = Number((head - 1n) / 2n)
  const parts: Uint8Array[] = []
  for (let index = 0; index * 32 < length; index++) {
    parts.push(fixed(await word(state, elements(slot) + BigInt(index)), 32))
  }
  return Buffer.concat(parts).subarray(0, length)
}
