/** The half-bytes of `bytes`, high half first. */
export function toNibbles(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2)
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    nibbles[index * 2] = byte >> 4
    nibbles[index * 2 + 1] = byte & 15
  }
  return nibbles
}

/** How many nibbles `path` shares with `key` from `depth` on. */
export function shared(path: Uint8Array, key: Uint8Array, depth: number): number {
  const most = Math.min(path.length, key.length - depth)
  let count = 0
  while (count < most && path[count] === key[depth + count]) count++
  return count
}

/** Hex-prefix encoding. @see Ethereum Yellow Paper, appendix C */
export function packPath(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length & 1
  const packed = new Uint8Array(1 + (path.length >> 1))
  packed[0] = (isLeaf ? 0x20 : 0) | (odd === 1 ? 0x10 | (path[0] ?? 0) : 0)
  for (let at = odd, to = 1; at < path.length; at += 2, to++) {
    packed[to] = ((path[at] ?? 0) << 4) | (path[at + 1] ?? 0)
  }
  return packed
}

export function unpackPath(packed: Uint8Array): { path: Uint8Array; isLeaf: boolean } {
  const nibbles = toNibbles(packed)
  const flags = nibbles[0] ?? 0
  return { path: nibbles.subarray((flags & 1) === 1 ? 1 : 2), isLeaf: (flags & 2) !== 0 }
}
