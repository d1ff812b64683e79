import { Account, Address } from '@ethereumjs/util'

/** What a block of a Pars network does beside its transactions. */
import { concat, equal, fixed, unhex } from '#base'
import { pluginCode } from '#genesis'
import type { Precompile } from '#precompiles'
import { systemAddresses } from '#protocol'

import { activePlugins } from '../block/active.ts'
import type { BlockRules, BlockUnderWay } from '../profile.ts'
import { emptyCodeHash } from '../state/index.ts'
import { noRequests } from './constants.ts'
import type { ParsEnvelope } from './envelope.ts'
import { lanesAddress, slotOf } from './slots.ts'

const historyRing = 8191n
const systemGas = 30_000_000n

interface Network {
  /** G. */
  readonly genesisHash: Uint8Array
  plugins(at: { readonly number: bigint }): readonly Precompile[]
  activatedAt(number: bigint): readonly Precompile[]
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
    async begin(block) {
      const voided = await activate(network, block)
      enter(block, undefined)
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
async function recordHashes({ executor, state, header, vmBlock }: BlockUnderWay): Promise<void> {
  const { number, parentHash, parentBeaconBlockRoot } = header
  await state.putStorage(
    new Address(systemAddresses.blockHashes),
    fixed((number - 1n) % historyRing, 32),
    parentHash,
  )
  await executor.vm.evm.runCall({
    block: vmBlock,
    caller: new Address(systemAddresses.system),
    to: new Address(systemAddresses.commitDigests),
    data: concat(fixed(number, 32), parentBeaconBlockRoot ?? new Uint8Array(32)),
    gasLimit: systemGas,
    skipNonceIncrement: true,
  })
  await executor.vm.evm.journal.cleanup()
}

/** @see PIP-0003 "Activation" */
async function activate(
  network: Network,
  { executor, state, header }: BlockUnderWay,
): Promise<readonly Precompile[]> {
  const starting = network.activatedAt(header.number)
  for (const plugin of starting) {
    const where = new Address(unhex(plugin.address))
    const account = (await state.getAccount(where)) ?? new Account()
    if (!equal(account.codeHash, emptyCodeHash)) continue
    if (account.nonce === 0n) account.nonce = 1n
    await state.putAccount(where, account)
    await state.putCode(where, pluginCode)
  }
  const active = await activePlugins(state, network.plugins(header))
  executor.setActive(active)
  return starting.filter((plugin) => !active.includes(plugin))
}
