/** A dev network in memory of its genesis alone, and what its funded accounts sign. */
import { empty, fixed, isFault, unhex } from '#base'
import { keccak256 } from '#crypto'
import { type Genesis, preset, testAccounts } from '#genesis'
import { contexts, encodeTransaction, signingPayload, type UnsignedTransaction } from '#protocol'

export const accounts = testAccounts()
export const gwei = 10n ** 9n
export const day = 86_400n

/** Stores its second word under its first and logs the first as a topic. */
export const storeContract = {
  address: fixed(0xc0de, 20),
  balance: 0n,
  nonce: 1n,
  code: unhex('0x6020355f35555f355f5fa100'),
  storage: [],
  key: undefined,
} as const

/** Devnet under a salt of its own, with the contract that stores. */
export function devNetwork(changes: Partial<Genesis> = {}): Genesis {
  const genesis = preset('devnet')
  return { ...genesis, salt: fixed(1, 32), alloc: [...genesis.alloc, storeContract], ...changes }
}

export interface Signed {
  readonly hash: Uint8Array
  readonly wire: Uint8Array
}

export interface NetworkFacts {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
}

/** A transaction of a funded account: to the next one, unless `fields` say otherwise. */
export function sign(
  { chainId, genesisHash }: NetworkFacts,
  account: number,
  fields: Partial<UnsignedTransaction> = {},
): Signed {
  const { address, key } = accounts[account]!
  const unsigned: UnsignedTransaction = {
    chainId,
    nonceKey: 0n,
    nonce: 0n,
    validUntil: 0n,
    maxPriorityFeePerGas: gwei,
    maxFeePerGas: 100n * gwei,
    gasLimit: 120_000n,
    to: accounts[(account + 1) % accounts.length]!.address,
    value: 1n,
    data: empty,
    accessList: [],
    sender: address,
    algorithm: key.algorithm,
    key: key.publicKey,
    ...fields,
  }
  const hash = keccak256(signingPayload(unsigned, genesisHash))
  const signature = key.sign(hash, contexts.transaction)
  return { hash, wire: encodeTransaction({ ...unsigned, signature }) }
}

/** For `assert.rejects`. */
export function withCode(code: string): (error: unknown) => boolean {
  return (error) => isFault(error, code)
}
