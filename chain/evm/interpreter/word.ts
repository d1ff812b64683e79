/** 256-bit words between BigInt and big-endian bytes, by 64-bit lanes. */
const scratch = new Uint8Array(32)
const lanes = new DataView(scratch.buffer)

export const wordBits = 256n
export const maxWord = (1n << wordBits) - 1n

export function readWord(view: DataView, at: number): bigint {
  const low = view.getBigUint64(at + 24)
  const [a, b, c] = [view.getBigUint64(at), view.getBigUint64(at + 8), view.getBigUint64(at + 16)]
  if (a === 0n && b === 0n && c === 0n) return low
  return (a << 192n) | (b << 128n) | (c << 64n) | low
}

export function writeWord(view: DataView, at: number, word: bigint): void {
  view.setBigUint64(at, word >> 192n)
  view.setBigUint64(at + 8, word >> 128n)
  view.setBigUint64(at + 16, word >> 64n)
  view.setBigUint64(at + 24, word)
}

/** At most 32 bytes, as a number. */
export function wordOf(bytes: Uint8Array): bigint {
  scratch.fill(0, 0, 32 - bytes.length)
  scratch.set(bytes, 32 - bytes.length)
  return readWord(lanes, 0)
}

/** 32 bytes. */
export function bytesOf(word: bigint): Uint8Array<ArrayBuffer> {
  writeWord(lanes, 0, word)
  return scratch.slice()
}

/** The low 20 bytes of a word. */
export function addressOf(word: bigint): Uint8Array<ArrayBuffer> {
  writeWord(lanes, 0, word)
  return scratch.slice(12)
}

/** `word` without leading zeros; no bytes for zero. */
export function trimmedOf(word: bigint): Uint8Array<ArrayBuffer> {
  writeWord(lanes, 0, word)
  let start = 0
  while (start < 32 && scratch[start] === 0) start++
  return scratch.slice(start)
}
