/**
 * SipHash-2-4: a short keyed hash that nobody who lacks the key can make collide.
 *
 * @see Aumasson and Bernstein, SipHash: a fast short-input PRF (2012)
 */
export class SipHash {
  /** Of the last result, its first four bytes, little-endian. */
  low = 0
  /** Its last four. */
  high = 0
  readonly #words: Uint32Array

  /** @param key 16 bytes. */
  constructor(key: Uint8Array) {
    this.#words = Uint32Array.from([0, 4, 8, 12], (at) => word(key, at))
  }

  /** Hashes `length` bytes of `bytes` from `at` into `low` and `high`. */
  hash(bytes: Uint8Array, at: number, length: number): void {
    const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = this.#words
    let al = k0 ^ 0x70736575
    let ah = k1 ^ 0x736f6d65
    let bl = k2 ^ 0x6e646f6d
    let bh = k3 ^ 0x646f7261
    let cl = k0 ^ 0x6e657261
    let ch = k1 ^ 0x6c796765
    let dl = k2 ^ 0x79746573
    let dh = k3 ^ 0x74656462
    const whole = length >>> 3
    // One more than the words: the last turn is the finalisation, which takes none.
    for (let block = 0; block <= whole + 1; block++) {
      let ml = 0
      let mh = 0
      if (block < whole) {
        ml = word(bytes, at + block * 8)
        mh = word(bytes, at + block * 8 + 4)
      } else if (block === whole) {
        const left = length & 7
        const start = at + block * 8
        for (let index = 0; index < left; index++) {
          const byte = bytes[start + index] ?? 0
          if (index < 4) ml |= byte << (index * 8)
          else mh |= byte << ((index - 4) * 8)
        }
        mh |= length << 24
      } else {
        cl ^= 0xff
      }
      dl ^= ml
      dh ^= mh
      for (let rounds = block > whole ? 4 : 2; rounds > 0; rounds--) {
        let low = (al + bl) | 0
        ah = (ah + bh + (low >>> 0 < al >>> 0 ? 1 : 0)) | 0
        al = low
        low = (cl + dl) | 0
        ch = (ch + dh + (low >>> 0 < cl >>> 0 ? 1 : 0)) | 0
        cl = low
        let turned = ((bl << 13) | (bh >>> 19)) ^ al
        bh = ((bh << 13) | (bl >>> 19)) ^ ah
        bl = turned
        turned = ((dl << 16) | (dh >>> 16)) ^ cl
        dh = ((dh << 16) | (dl >>> 16)) ^ ch
        dl = turned
        turned = al
        al = ah
        ah = turned
        low = (cl + bl) | 0
        ch = (ch + bh + (low >>> 0 < cl >>> 0 ? 1 : 0)) | 0
        cl = low
        low = (al + dl) | 0
        ah = (ah + dh + (low >>> 0 < al >>> 0 ? 1 : 0)) | 0
        al = low
        turned = ((bl << 17) | (bh >>> 15)) ^ cl
        bh = ((bh << 17) | (bl >>> 15)) ^ ch
        bl = turned
        turned = ((dl << 21) | (dh >>> 11)) ^ al
        dh = ((dh << 21) | (dl >>> 11)) ^ ah
        dl = turned
        turned = cl
        cl = ch
        ch = turned
      }
      al ^= ml
      ah ^= mh
    }
    this.low = (al ^ bl ^ cl ^ dl) >>> 0
    this.high = (ah ^ bh ^ ch ^ dh) >>> 0
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  )
}
