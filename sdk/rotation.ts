import { keccak_256 } from '@noble/hashes/sha3.js'

import { hex, type Hex, unhex } from '#base'
import { contexts, rotatePreimage } from '#protocol'

import type { Key } from './keys.ts'

export interface Rotation {
  /** G, 32 bytes. */
  readonly networkId: Hex
  /** The account that the key comes into. */
  readonly account: Hex
  /** `accounts.changesOf(account)`: how often its key has changed. */
  readonly changes: bigint
}

/**
 * The new key's signature that `accounts.rotate` and `accounts.startRecovery` take: whoever installs a
 * key holds it.
 *
 * @see PIP-0002
 */
export async function proofOfPossession(
  key: Key,
  { networkId, account, changes }: Rotation,
): Promise<Hex> {
  const preimage = rotatePreimage({
    networkId: unhex(networkId),
    account: unhex(account),
    changes,
    newKeyHash: key.keyHash,
  })
  return hex(await key.engine.sign(keccak_256(preimage), contexts.key))
}
