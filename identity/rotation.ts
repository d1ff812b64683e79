import { concat, fixed, hex, type Hex, utf8 } from '#base'
import { keccak256, keyHash, type SigningKey } from '#crypto'
import { contexts, rotatePreimage, systemAddresses } from '#protocol'

export interface Rotation {
  readonly newKey: SigningKey
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  /** 20 bytes. */
  readonly account: Uint8Array
  /** The account's change counter before this change. */
  readonly changes: bigint
}

const wordBytes = 32

/**
 * The call with which an account takes `newKey` in place of its own: the old key signs the transaction,
 * the new one proves here that it is held.
 *
 * @see PIP-0002
 */
export async function rotationCall({
  newKey,
  networkId,
  account,
  changes,
}: Rotation): Promise<{ readonly to: Hex; readonly data: Hex }> {
  const newKeyHash = keyHash(newKey.algorithm, newKey.publicKey)
  const change = keccak256(rotatePreimage({ networkId, account, changes, newKeyHash }))
  const proof = await newKey.signAsync(change, contexts.key)
  const key = bytesArgument(newKey.publicKey)
  const head = 3 * wordBytes
  const data = concat(
    keccak256(utf8('rotate(uint8,bytes,bytes)')).subarray(0, 4),
    fixed(newKey.algorithm, wordBytes),
    fixed(head, wordBytes),
    fixed(head + key.length, wordBytes),
    key,
    bytesArgument(proof),
  )
  return { to: hex(systemAddresses.accounts), data: hex(data) }
}

/** Length, content, and zeros up to a word. */
function bytesArgument(bytes: Uint8Array): Uint8Array {
  const padding = (wordBytes - (bytes.length % wordBytes)) % wordBytes
  return concat(fixed(bytes.length, wordBytes), bytes, new Uint8Array(padding))
}
