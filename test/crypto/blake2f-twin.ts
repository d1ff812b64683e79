const mask = (1n << 64n) - 1n

const initial = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]

/** One line of the table per round, a hexadecimal digit per message word. */
const sigma = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
]

/** BLAKE2b's F straight from the text of RFC 7693 §3.2, slow and plain. */
export function blake2fTwin(
  rounds: number,
  h: Uint8Array,
  m: Uint8Array,
  t: Uint8Array,
  final: boolean,
): Uint8Array {
  const state = words(h)
  const message = words(m)
  const v = [...state, ...initial]
  words(t).forEach((word, index) => (v[12 + index] = at(v, 12 + index) ^ word))
  if (final) v[14] = at(v, 14) ^ mask

  for (let round = 0; round < rounds; round++) {
    const order = Array.from(sigma[round % 10] ?? '', (digit) => at(message, parseInt(digit, 16)))
    for (let index = 0; index < 4; index++) {
      const column = [0, 4, 8, 12].map((row) => row + index)
      mix(v, column, at(order, 2 * index), at(order, 2 * index + 1))
    }
    for (let index = 0; index < 4; index++) {
      const diagonal = [0, 4, 8, 12].map((row, step) => row + ((index + step) % 4))
      mix(v, diagonal, at(order, 8 + 2 * index), at(order, 9 + 2 * index))
    }
  }

  const result = new DataView(new ArrayBuffer(64))
  state.forEach((word, index) => {
    result.setBigUint64(8 * index, word ^ at(v, index) ^ at(v, index + 8), true)
  })
  return new Uint8Array(result.buffer)
}

function mix(v: bigint[], [a = 0, b = 0, c = 0, d = 0]: number[], x: bigint, y: bigint): void {
  for (const [word, first, second] of [
    [x, 32n, 24n],
    [y, 16n, 63n],
  ] as const) {
    v[a] = (at(v, a) + at(v, b) + word) & mask
    v[d] = turned(at(v, d) ^ at(v, a), first)
    v[c] = (at(v, c) + at(v, d)) & mask
    v[b] = turned(at(v, b) ^ at(v, c), second)
  }
}

function turned(word: bigint, bits: bigint): bigint {
  return ((word >> bits) | (word << (64n - bits))) & mask
}

function words(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 8 }, (_, index) => view.getBigUint64(8 * index, true))
}

function at(list: readonly bigint[], index: number): bigint {
  return list[index] ?? 0n
}
