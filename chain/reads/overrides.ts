import { Account, Address } from '@ethereumjs/util'

import { Fault, hex } from '#base'

import type { OpenHeader } from '../block/apply.ts'
import type { BlockOverride, StateOverride } from '../call-port.ts'
import type { Executor } from '../evm/index.ts'
import type { ChainProfile } from '../profile.ts'
import type { State } from '../state/index.ts'

/** `header` with what a caller wants to find in it. A blob base fee is no field of a header. */
export function overriddenHeader<Of extends OpenHeader>(
  header: Of,
  { number, time, gasLimit, feeRecipient, prevRandao, baseFeePerGas, beaconRoot }: BlockOverride,
): Of {
  const hasRoot = header.parentBeaconBlockRoot !== undefined
  return {
    ...header,
    ...(number === undefined ? {} : { number }),
    ...(time === undefined ? {} : { timestamp: time }),
    ...(gasLimit === undefined ? {} : { gasLimit }),
    ...(feeRecipient === undefined ? {} : { beneficiary: feeRecipient }),
    ...(prevRandao === undefined ? {} : { prevRandao }),
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas }),
    ...(beaconRoot === undefined || !hasRoot ? {} : { parentBeaconBlockRoot: beaconRoot }),
  }
}

interface Overridden {
  readonly state: State
  readonly executor: Executor
  readonly profile: ChainProfile
}

/**
 * Makes a state what a caller wants to find, as if a transaction before had done it. An entry
 * takes the built-in precompile of its address away, moved or not; a plugin goes only with `code`.
 *
 * Refused with `READ_OVERRIDE_SYSTEM`: any entry for the accounts that say which keys, nonces and
 * rules count, and moving what keeps state under its address (rule P9); with `READ_OVERRIDE` what
 * contradicts itself.
 */
export async function overrideState(
  { state, executor, profile }: Overridden,
  overrides: readonly StateOverride[],
): Promise<void> {
  const named = new Set(overrides.map(({ address }) => address.toHex()))
  for (const override of overrides) {
    refuseSystem(profile, override)
    const { address, code, movePrecompileTo } = override
    const kind = executor.evm.precompileAt(address)
    if (movePrecompileTo !== undefined) move(executor, address, movePrecompileTo, named)
    else if (kind === 'builtin' || code !== undefined) executor.evm.movePrecompile(address)
    await overrideAccount(state, override)
  }
}

function refuseSystem(profile: ChainProfile, { address, movePrecompileTo }: StateOverride): void {
  for (const touched of [address, movePrecompileTo]) {
    if (touched === undefined || !profile.isFixed(touched)) continue
    throw new Fault(
      { code: 'READ_OVERRIDE_SYSTEM', address: hex(touched) },
      'who signs, and by which rules blocks are made, is as it stands: override other accounts',
    )
  }
}

function move(
  executor: Executor,
  from: Uint8Array,
  to: Uint8Array,
  named: ReadonlySet<string>,
): void {
  const kind = executor.evm.precompileAt(from)
  if (kind === undefined) throw refused(from, 'is not a precompile')
  if (kind === 'stateful') {
    throw new Fault(
      { code: 'READ_OVERRIDE_SYSTEM', address: hex(from) },
      'this precompile keeps state under its address: override its code instead of moving it',
    )
  }
  if (named.has(to.toHex())) throw refused(to, 'is already overridden')
  executor.evm.movePrecompile(from, to)
}

async function overrideAccount(state: State, override: StateOverride): Promise<void> {
  const { nonce, balance, code, state: whole, stateDiff } = override
  if (whole !== undefined && stateDiff !== undefined) {
    throw refused(override.address, "has both 'state' and 'stateDiff'")
  }
  const slots = whole ?? stateDiff ?? []
  // Whatever is named makes the account exist, as empty as it may be.
  const given = [nonce, balance, code, whole, stateDiff?.[0]]
  if (given.every((one) => one === undefined)) return
  const address = new Address(override.address)
  const account = (await state.getAccount(address)) ?? new Account()
  if (nonce !== undefined) account.nonce = nonce
  if (balance !== undefined) account.balance = balance
  await state.putAccount(address, account)
  if (code !== undefined) await state.putCode(address, code)
  if (whole !== undefined) await state.clearStorage(address)
  for (const [slot, value] of slots) await state.putStorage(address, slot, value)
}

function refused(address: Uint8Array, reason: string): Fault {
  return new Fault(
    { code: 'READ_OVERRIDE', address: hex(address), reason },
    `account ${hex(address)} ${reason}`,
  )
}
