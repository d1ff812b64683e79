import type { ExecResult } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'

/** What a block of a Pars network does beside its transactions. */
import { concat, equal, fixed, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { pluginCode } from '#genesis'
import type { Precompile } from '#precompiles'
import { systemAddresses } from '#protocol'

import { activePlugins } from '../block/active.ts'
import type { BlockRules, BlockUnderWay } from '../profile.ts'
import { emptyCodeHash } from '../state/index.ts'
import { noRequests } from './constants.ts'
import type { ParsEnvelope } from './envelope.ts'
import { due, type Schedule } from './schedule.ts'
import { lanesAddress, slotOf } from './slots.ts'
import { nextLook } from './upgrade-storage.ts'

const historyRing = 8191n
const systemGas = 30_000_000n

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
      await advanceUpgrades(block, parent.timestamp)
      const voided = await activate(network, block)
      await recordHashes(block)
      return voided
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

/** Of `advance(uint256)`. */
const advanceSelector = keccak256(utf8('advance(uint256)')).subarray(0, 4)

/**
 * Upgrades become active, or lapse, by the timestamp of the block before and the state after it.
 *
 * @see PIP-0010 "Upgrades"
 */
async function advanceUpgrades(block: BlockUnderWay, parentTimestamp: bigint): Promise<void> {
  const look = await nextLook(block.state)
  if (look === 0n || parentTimestamp < look) return
  const data = concat(advanceSelector, fixed(parentTimestamp, 32))
  const { exceptionError } = await callBySystem(block, systemAddresses.upgradeSchedule, data)
  if (exceptionError !== undefined) {
    throw new TypeError(`the schedule of upgrades failed: ${exceptionError.error}`)
  }
}

async function callBySystem(
  { executor, vmBlock }: BlockUnderWay,
  to: Uint8Array,
  data: Uint8Array,
): Promise<ExecResult> {
  const { execResult } = await executor.vm.evm.runCall({
    block: vmBlock,
    caller: new Address(systemAddresses.system),
    to: new Address(to),
    data,
    gasLimit: systemGas,
    skipNonceIncrement: true,
  })
  await executor.vm.evm.journal.cleanup()
  return execResult
}

/** @see PIP-0003 "Activation" */
async function activate(
  network: Network,
  { executor, state, header }: BlockUnderWay,
): Promise<readonly Precompile[]> {
  const schedule = await network.schedule.in(state)
  const starting = schedule.filter(({ from }) => from === header.number).map(({ plugin }) => plugin)
  for (const plugin of starting) {
    const where = new Address(unhex(plugin.address))
    const account = (await state.getAccount(where)) ?? new Account()
    if (!equal(account.codeHash, emptyCodeHash)) continue
    if (account.nonce === 0n) account.nonce = 1n
    await state.putAccount(where, account)
    await state.putCode(where, pluginCode)
  }
  const active = await activePlugins(state, due(schedule, header.number))
  executor.setActive(active)
  return starting.filter((plugin) => !active.includes(plugin))
}
