import { Address } from '@ethereumjs/util'

import { equal, unhex } from '#base'
import { keccak256 } from '#crypto'
import { pluginCode } from '#genesis'
import type { Precompile } from '#precompiles'

import { emptyCodeHash, type State } from '../state/index.ts'

const pluginCodeHash = keccak256(pluginCode)

/** Whether a contract stands where a plugin would: it stays, and the activation is void. */
export async function isTaken(state: State, address: Uint8Array): Promise<boolean> {
  const account = await state.getAccount(new Address(address))
  return (
    account !== undefined &&
    ![emptyCodeHash, pluginCodeHash].some((hash) => equal(hash, account.codeHash))
  )
}

/**
 * Those of the plugins whose height has come that got their account: where a contract stood
 * before, the contract stays and the activation is void.
 *
 * @see PIP-0003 "Activation"
 */
export async function activePlugins(
  state: State,
  due: readonly Precompile[],
): Promise<readonly Precompile[]> {
  const active: Precompile[] = []
  for (const plugin of due) {
    const account = await state.getAccount(new Address(unhex(plugin.address)))
    if (account !== undefined && equal(account.codeHash, pluginCodeHash)) active.push(plugin)
  }
  return active
}
