/**
 * Where the state lies in the store. No key is the beginning of another, so that the key of an old
 * value, `u ‖ key ‖ height`, is read in one way only.
 *
 * | key                                  | value                                             |
 * | ------------------------------------ | ------------------------------------------------- |
 * | `a ‖ address`                        | account record                                    |
 * | `s ‖ address ‖ slot`                 | 1..32 bytes without leading zeros                 |
 * | `c ‖ codeHash`                       | code                                              |
 * | `k ‖ keyHash`                        | algorithm ‖ public key                            |
 * | `l ‖ SHA3-256`                       | blob                                              |
 * | `t ‖ depth ‖ path`                   | RLP of the node of the account trie               |
 * | `T ‖ address ‖ depth ‖ path`         | RLP of the node of that account's storage trie    |
 * | `u ‖ key ‖ height`                   | value of `key` before block `height`; empty: none |
 * | `v ‖ height ‖ part`                  | keys that block `height` changed, for pruning     |
 * | `v`                                  | the oldest height whose state can be read         |
 *
 * `depth` is one byte, the number of nibbles in `path`; `path` is packed two nibbles to a byte;
 * `height` has 8 bytes and `part` 4, big-endian.
 */
export const statePrefixes = {
  account: 0x61,
  slot: 0x73,
  code: 0x63,
  key: 0x6b,
  blob: 0x6c,
  accountNode: 0x74,
  storageNode: 0x54,
  old: 0x75,
  changed: 0x76,
} as const

/** The key of the oldest retained height. */
export const oldestKey = Uint8Array.of(statePrefixes.changed)

export function accountKey(address: Uint8Array): Uint8Array {
  return prefixed(statePrefixes.account, address)
}

export function slotKey(address: Uint8Array, slot: Uint8Array): Uint8Array {
  const key = new Uint8Array(53)
  key[0] = statePrefixes.slot
  key.set(address, 1)
  key.set(slot, 21)
  return key
}

/** What `slotKey` was made of. */
export function slotOwner(key: Uint8Array): { address: Uint8Array; slot: Uint8Array } {
  return { address: key.slice(1, 21), slot: key.slice(21) }
}

export function codeKey(hash: Uint8Array): Uint8Array {
  return prefixed(statePrefixes.code, hash)
}

export function publicKeyKey(hash: Uint8Array): Uint8Array {
  return prefixed(statePrefixes.key, hash)
}

export function blobKey(hash: Uint8Array): Uint8Array {
  return prefixed(statePrefixes.blob, hash)
}

/**
 * The key of the node that the first `depth` of `nibbles` lead to.
 * @param owner Address whose storage trie it is; undefined for the account trie.
 */
export function nodeKey(
  owner: Uint8Array | undefined,
  nibbles: Uint8Array,
  depth: number,
): Uint8Array {
  const start = owner === undefined ? 1 : 21
  const key = new Uint8Array(start + 1 + ((depth + 1) >> 1))
  key[0] = owner === undefined ? statePrefixes.accountNode : statePrefixes.storageNode
  if (owner !== undefined) key.set(owner, 1)
  key[start] = depth
  for (let index = 0; index < depth; index++) {
    const at = start + 1 + (index >> 1)
    const nibble = nibbles[index] ?? 0
    key[at] = index % 2 === 0 ? nibble << 4 : (key[at] ?? 0) | nibble
  }
  return key
}

export function oldKey(key: Uint8Array, height: bigint): Uint8Array {
  const old = new Uint8Array(1 + key.length + 8)
  old[0] = statePrefixes.old
  old.set(key, 1)
  writeHeight(old, 1 + key.length, height)
  return old
}

export function changedKey(height: bigint, part: number): Uint8Array {
  const key = new Uint8Array(13)
  key[0] = statePrefixes.changed
  writeHeight(key, 1, height)
  new DataView(key.buffer).setUint32(9, part)
  return key
}

export function heightBytes(height: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  writeHeight(bytes, 0, height)
  return bytes
}

/** The height in 8 bytes of `bytes` from `at` on. */
export function readHeight(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at)
}

function writeHeight(bytes: Uint8Array, at: number, height: bigint): void {
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, height)
}

function prefixed(prefix: number, bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + bytes.length)
  key[0] = prefix
  key.set(bytes, 1)
  return key
}
