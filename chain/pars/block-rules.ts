import { Account, Address } from '@ethereumjs/util'

/** What a block of a Pars network does beside its transactions. */
import { concat, equal, fixed, unhex } from '#base'
import { pluginCode } from '#genesis'
import { systemAddresses } from '#protocol'

import { activePlugins, isTaken } from '../block/active.ts'
import type { BlockRules, BlockUnderWay, VoidActivation } from '../profile.ts'
import { emptyCodeHash } from '../state/index.ts'
import { noRequests } from './constants.ts'
import type { ParsEnvelope } from './envelope.ts'
import { due, type Schedule } from './schedule.ts'
import { lanesAddress, slotOf } from './slots.ts'
import { callBySystem } from './system-call.ts'
import { advanceUpgrades, reasons } from './upgrades.ts'

const historyRing = 8191n

interface Network {
  /** G. */
  readonly genesisHash: Uint8Array
  readonly schedule: Schedule
}

/** `parentBeaconBlockRoot` of a header is the digest of its commit. */
export function parsBlockRules(network: Network): BlockRules {
  const enter = (
    { executor, header }: BlockUnderWay,
    envelope: { readonly algorithm: number; readonly key: Uint8Array } | undefined,
  ): void => {
    const { number, timestamp } = header
    executor.context = { networkId: network.genesisHash, envelope, height: number, timestamp }
  }
  return {
    async begin(block, parent) {
      enter(block, undefined)
      const { genesis } = network.schedule
      const upgrades = await advanceUpgrades(block, genesis, parent.timestamp)
      const others = await activate(network, block)
      await recordHashes(block)
      return [...upgrades, ...others]
    },
    async prepare(block, envelope) {
      const { sender, fields, usesAccountNonce } = envelope as ParsEnvelope
      enter(block, { algorithm: fields.algorithm, key: fields.key })
      if (usesAccountNonce) return
      await block.state.putStorage(
        new Address(lanesAddress),
        slotOf(sender, fields.nonceKey),
        fixed(fields.nonce + 1n, 32),
      )
    },
    end: () => Promise.resolve({ requestsHash: noRequests }),
  }
}

/** @see EIP-2935; PIP-0001 "Commits" */
async function recordHashes(block: BlockUnderWay): Promise<void> {
  const { state, header } = block
  const { number, parentHash, parentBeaconBlockRoot } = header
  await state.putStorage(
    new Address(systemAddresses.blockHashes),
    fixed((number - 1n) % historyRing, 32),
    parentHash,
  )
  const digest = parentBeaconBlockRoot ?? new Uint8Array(32)
  await callBySystem(block, systemAddresses.commitDigests, concat(fixed(number, 32), digest))
}

/** @see PIP-0003 "Activation" */
async function activate(
  network: Network,
  { executor, state, header }: BlockUnderWay,
): Promise<readonly VoidActivation[]> {
  const schedule = await network.schedule.in(state)
  const starting = schedule.filter(({ from }) => from === header.number).map(({ plugin }) => plugin)
  const voids: VoidActivation[] = []
  for (const { name, version, address } of starting) {
    const where = new Address(unhex(address))
    if (await isTaken(state, where.bytes)) voids.push({ name, version, reason: reasons.contract })
    const account = (await state.getAccount(where)) ?? new Account()
    if (!equal(account.codeHash, emptyCodeHash)) continue
    if (account.nonce === 0n) account.nonce = 1n
    await state.putAccount(where, account)
    await state.putCode(where, pluginCode)
  }
  executor.setActive(await activePlugins(state, due(schedule, header.number)))
  return voids
}
