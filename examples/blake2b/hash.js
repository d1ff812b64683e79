// @ts-check
/** BLAKE2b as RFC 7693 has it, of a whole message at once. 64-bit words are pairs of 32-bit halves. */

/** Low half, high half. */
const initial = Uint32Array.of(
  0xf3bcc908,
  0x6a09e667,
  0x84caa73b,
  0xbb67ae85,
  0xfe94f82b,
  0x3c6ef372,
  0x5f1d36f1,
  0xa54ff53a,
  0xade682d1,
  0x510e527f,
  0x2b3e6c1f,
  0x9b05688c,
  0xfb41bd6b,
  0x1f83d9ab,
  0x137e2179,
  0x5be0cd19,
)

/**
 * Where the working vector has the message's words in each of the twelve rounds of RFC 7693 §2.7; the
 * last two repeat the first two.
 */
const schedule = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
].map((round) => Uint8Array.from(round, (word) => 32 + word * 2))

export const blockBytes = 128

/**
 * @param {Uint8Array} key 0 to 64 bytes.
 * @param {Uint8Array} message
 * @param {number} outBytes 1 to 64.
 */
export function blake2b(key, message, outBytes) {
  const state = initial.slice()
  state[0] ^= 0x01010000 ^ (key.length << 8) ^ outBytes
  const prefix = key.length > 0 ? blockBytes : 0
  const total = prefix + message.length
  const block = new Uint8Array(blockBytes)
  const blocks = Math.max(1, Math.ceil(total / blockBytes))
  for (let index = 0; index < blocks; index++) {
    const end = Math.min((index + 1) * blockBytes, total)
    block.fill(0)
    if (index === 0 && prefix > 0) block.set(key)
    else block.set(message.subarray(index * blockBytes - prefix, end - prefix))
    compress(state, block, end, index === blocks - 1)
  }
  const output = new Uint8Array(64)
  const view = new DataView(output.buffer)
  for (const [index, half] of state.entries()) view.setUint32(index * 4, half, true)
  return output.slice(0, outBytes)
}

/**
 * @param {Uint32Array} state
 * @param {Uint8Array} block
 * @param {number} counter Bytes so far.
 * @param {boolean} isLast
 * @see RFC 7693 §3.2
 */
function compress(state, block, counter, isLast) {
  // The state's sixteen words, then the message's.
  const v = new Uint32Array(64)
  const view = new DataView(block.buffer)
  for (let index = 0; index < 32; index++) v[32 + index] = view.getUint32(index * 4, true)
  v.set(state)
  v.set(initial, 16)
  v[24] ^= counter
  v[25] ^= Math.floor(counter / 2 ** 32)
  if (isLast) {
    v[28] = ~v[28]
    v[29] = ~v[29]
  }
  for (const order of schedule) {
    mix(v, 0, 8, 16, 24, order[0], order[1])
    mix(v, 2, 10, 18, 26, order[2], order[3])
    mix(v, 4, 12, 20, 28, order[4], order[5])
    mix(v, 6, 14, 22, 30, order[6], order[7])
    mix(v, 0, 10, 20, 30, order[8], order[9])
    mix(v, 2, 12, 22, 24, order[10], order[11])
    mix(v, 4, 14, 16, 26, order[12], order[13])
    mix(v, 6, 8, 18, 28, order[14], order[15])
  }
  for (let half = 0; half < 16; half++) state[half] ^= v[half] ^ v[half + 16]
}

/**
 * The function G of RFC 7693 §3.1. `a` to `d` are the places in `v` of the low halves of its words,
 * `x` and `y` those of the message's.
 * @param {Uint32Array} v
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} x
 * @param {number} y
 */
function mix(v, a, b, c, d, x, y) {
  let aLow = v[a]
  let aHigh = v[a + 1]
  let bLow = v[b]
  let bHigh = v[b + 1]
  let cLow = v[c]
  let cHigh = v[c + 1]
  let dLow = v[d]
  let dHigh = v[d + 1]

  let low = aLow + bLow + v[x]
  aHigh = (aHigh + bHigh + v[x + 1] + carry(low)) >>> 0
  aLow = low >>> 0
  const first = dLow ^ aLow
  dLow = (dHigh ^ aHigh) >>> 0
  dHigh = first >>> 0

  low = cLow + dLow
  cHigh = (cHigh + dHigh + carry(low)) >>> 0
  cLow = low >>> 0
  let xorLow = bLow ^ cLow
  let xorHigh = bHigh ^ cHigh
  bLow = ((xorLow >>> 24) | (xorHigh << 8)) >>> 0
  bHigh = ((xorHigh >>> 24) | (xorLow << 8)) >>> 0

  low = aLow + bLow + v[y]
  aHigh = (aHigh + bHigh + v[y + 1] + carry(low)) >>> 0
  aLow = low >>> 0
  xorLow = dLow ^ aLow
  xorHigh = dHigh ^ aHigh
  dLow = ((xorLow >>> 16) | (xorHigh << 16)) >>> 0
  dHigh = ((xorHigh >>> 16) | (xorLow << 16)) >>> 0

  low = cLow + dLow
  cHigh = (cHigh + dHigh + carry(low)) >>> 0
  cLow = low >>> 0
  xorLow = bLow ^ cLow
  xorHigh = bHigh ^ cHigh

  v[a] = aLow
  v[a + 1] = aHigh
  v[b] = (xorLow << 1) | (xorHigh >>> 31)
  v[b + 1] = (xorHigh << 1) | (xorLow >>> 31)
  v[c] = cLow
  v[c + 1] = cHigh
  v[d] = dLow
  v[d + 1] = dHigh
}

/**
 * Of a sum of at most three low halves.
 * @param {number} sum
 */
function carry(sum) {
  return (sum / 0x100000000) | 0
}
