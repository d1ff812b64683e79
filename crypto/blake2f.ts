import { checkLength, checkRange } from './faults.ts'
import { assemble, instantiate, op } from './wasm.ts'

/** Memory: the 16 words of v at 0, the 16 words of the message at 128. */
const messageAt = 128

const sigma = [
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
] as const

const columnsThenDiagonals = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

// SHA-512's initial value, bytes of little-endian words.
const initial = new Uint32Array([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
])

/**
 * Local 0 counts the rounds down, local 1 + i is v[i]. Ten rounds are unrolled, so every run begins
 * with the first permutation.
 */
function mixing(): number[] {
  const words = Array.from({ length: 16 }, (_, index) => index)
  const rounds = sigma.map((order) => [
    ...op.get(0),
    ...op.i32.eqz,
    ...op.brIf(1),
    ...columnsThenDiagonals.flatMap(([a, b, c, d], index) =>
      quarter([1 + a, 1 + b, 1 + c, 1 + d], order[2 * index] ?? 0, order[2 * index + 1] ?? 0),
    ),
    ...op.get(0),
    ...op.i32.const(1),
    ...op.i32.sub,
    ...op.set(0),
  ])
  return [
    ...words.flatMap((word) => [...op.i32.const(0), ...op.i64.load(8 * word), ...op.set(1 + word)]),
    ...op.block,
    ...op.loop,
    ...rounds.flat(),
    ...op.br(0),
    ...op.end,
    ...op.end,
    ...words.flatMap((word) => [
      ...op.i32.const(0),
      ...op.get(1 + word),
      ...op.i64.store(8 * word),
    ]),
  ]
}

/** The function G. @see RFC 7693 §3.1 */
function quarter(
  [a, b, c, d]: readonly [number, number, number, number],
  x: number,
  y: number,
): number[] {
  return [
    add(a, b, x),
    turn(d, a, 32),
    add(c, d),
    turn(b, c, 24),
    add(a, b, y),
    turn(d, a, 16),
    add(c, d),
    turn(b, c, 63),
  ].flat()
}

/** into += by, and += a word of the message. */
function add(into: number, by: number, word?: number): number[] {
  const message =
    word === undefined
      ? []
      : [...op.i32.const(0), ...op.i64.load(messageAt + 8 * word), ...op.i64.add]
  return [...op.get(into), ...op.get(by), ...op.i64.add, ...message, ...op.set(into)]
}

/** into = (into ^ by) >>> bits. */
function turn(into: number, by: number, bits: number): number[] {
  const mixed = [...op.get(into), ...op.get(by), ...op.i64.xor]
  return [...mixed, ...op.i64.const(bits), ...op.i64.rotr, ...op.set(into)]
}

const { memory, run } = instantiate(assemble(16, mixing()))
const bytes = new Uint8Array(memory.buffer, 0, messageAt + 128)
const words = new Uint32Array(memory.buffer, 0, 32)

/** A running WebAssembly function is never replaced by its optimised self: return to it often. */
const slice = 50_000

/**
 * The compression function F of BLAKE2b. All numbers little-endian.
 *
 * @param rounds 0..2^32 − 1.
 * @param h State, 64 bytes.
 * @param m Message block, 128 bytes.
 * @param t Offset counters, 16 bytes.
 * @returns The new state, 64 bytes.
 * @throws `CRYPTO_LENGTH`, `CRYPTO_PARAMETER`
 * @see EIP-152, RFC 7693 §3.2
 */
export function blake2f(
  rounds: number,
  h: Uint8Array,
  m: Uint8Array,
  t: Uint8Array,
  final: boolean,
): Uint8Array<ArrayBuffer> {
  checkRange('rounds', rounds, 0, 0xffff_ffff)
  checkLength('state', h, 64)
  checkLength('message block', m, 128)
  checkLength('offset counters', t, 16)

  bytes.set(h)
  words.set(initial, 16)
  for (let index = 0; index < 16; index++) xor(96 + index, t[index])
  if (final) for (let index = 112; index < 120; index++) xor(index, 0xff)
  bytes.set(m, messageAt)
  for (let left = rounds; left > 0; left -= slice) run(Math.min(left, slice))

  const state = new Uint8Array(64)
  for (let index = 0; index < 64; index++) {
    state[index] = (h[index] ?? 0) ^ (bytes[index] ?? 0) ^ (bytes[64 + index] ?? 0)
  }
  return state
}

function xor(index: number, value = 0): void {
  bytes[index] = (bytes[index] ?? 0) ^ value
}
