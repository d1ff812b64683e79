import { type Hex, hex, unhex } from '#base'
import { systemContracts } from '#contracts'
import { systemAddresses } from '#protocol'

import { commitDigestsCode } from './commit-digests.ts'
import published from './predeploys.json' with { type: 'json' }

export interface Predeploy {
  /** 20 bytes. */
  readonly address: Uint8Array
  readonly code: Uint8Array
}

/**
 * Contracts of every Pars network. The published ones came to their addresses on Ethereum by
 * transactions signed with ECDSA, which a Pars network refuses: nobody could deploy them here.
 *
 * The set belongs to `genesisFormat`: G covers it, so another set is another format, or every network
 * there is would change its name.
 */
export const predeploys: readonly Predeploy[] = [
  ...published.map(({ address, code }) => ({ address: unhex(address), code: unhex(code) })),
  { address: systemAddresses.commitDigests, code: commitDigestsCode },
  ...systemContracts.map(({ address, deployedBytecode }) => ({
    address: unhex(address),
    code: unhex(deployedBytecode),
  })),
]

/** Addresses that the protocol fills itself, or that must stay without an account. */
export const fixedAddresses: readonly Hex[] = [
  ...predeploys.map(({ address }) => hex(address)),
  hex(systemAddresses.accounts),
  hex(systemAddresses.nonces),
  hex(systemAddresses.system),
]
