import { compare, hex } from '#base'
import { keccak256, keyHash } from '#crypto'
import { recordSlots, slotPreimage, systemAddresses } from '#protocol'

import type { AccountKey, Genesis, GenesisAccount } from './genesis.ts'
import { predeploys } from './predeploys.ts'
import { systemStorage } from './system-storage.ts'

/** An account of the state before block 1. */
export type AllocatedAccount = Omit<GenesisAccount, 'key'>

/** An entry of the key table. */
export interface AllocatedKey extends AccountKey {
  /** 32 bytes. */
  readonly keyHash: Uint8Array
}

export interface GenesisAllocation {
  /** In the order of their addresses; none is empty. */
  readonly accounts: readonly AllocatedAccount[]
  /** In the order of their hashes. */
  readonly keys: readonly AllocatedKey[]
}

/** The designated invalid instruction: with code, Solidity's checks see a contract. @see EIP-141 */
export const pluginCode = Uint8Array.of(0xfe)

/**
 * The whole state before block 1: what the document allocates, what every network has (the key
 * registry and the nonces, the contracts of `predeploys`), and the precompiles that are active from
 * the start.
 */
export function genesisAllocation(genesis: Genesis): GenesisAllocation {
  const keys = allocatedKeys(genesis)
  const accounts = new Map<string, AllocatedAccount>()
  for (const { key: _, ...account } of genesis.alloc) {
    const isEmpty = account.balance === 0n && account.nonce === 0n && account.code.length === 0
    if (!isEmpty) accounts.set(hex(account.address), account)
  }
  const written = systemStorage(genesis)
  for (const { address, code } of predeploys) {
    const storage = written.get(hex(address)) ?? []
    // Of them the treasury alone may be given coins.
    const balance = accounts.get(hex(address))?.balance ?? 0n
    accounts.set(hex(address), { ...contract(address, code), balance, storage })
  }
  for (const { address, from } of genesis.precompiles) {
    if (from === 0n) accounts.set(hex(address), contract(address, pluginCode))
  }
  const { accounts: registry, nonces } = systemAddresses
  accounts.set(hex(registry), { ...contract(registry, pluginCode), storage: records(genesis) })
  accounts.set(hex(nonces), contract(nonces, pluginCode))
  return {
    accounts: [...accounts.values()].toSorted((a, b) => compare(a.address, b.address)),
    keys,
  }
}

function contract(address: Uint8Array, code: Uint8Array): AllocatedAccount {
  return { address, balance: 0n, nonce: 1n, code, storage: [] }
}

/** Two accounts may share one key; the table holds it once. */
function allocatedKeys({ alloc }: Genesis): readonly AllocatedKey[] {
  const keys = new Map<string, AllocatedKey>()
  for (const { key } of alloc) {
    if (key === undefined) continue
    const hash = keyHash(key.algorithm, key.publicKey)
    keys.set(hex(hash), { ...key, keyHash: hash })
  }
  return [...keys.values()].toSorted((a, b) => compare(a.keyHash, b.keyHash))
}

function records({ alloc }: Genesis): AllocatedAccount['storage'] {
  return alloc
    .flatMap(({ address, key }) => {
      if (key === undefined) return []
      const slot = keccak256(slotPreimage(address, recordSlots.keyHash))
      return [[slot, keyHash(key.algorithm, key.publicKey)] as const]
    })
    .toSorted(([a], [b]) => compare(a, b))
}
