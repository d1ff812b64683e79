import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'

import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'

import { mlDsa } from '#crypto'
import { contexts } from '#protocol'

import { Seeded } from '../seeded.ts'
import { orUndefined } from './wycheproof.ts'

/** What the encoding of a signature looks like: c̃ ‖ z ‖ hint positions ‖ hint counts. */
interface Layout {
  readonly challenge: number
  readonly omega: number
  readonly k: number
}

interface Attempt {
  publicKey: Uint8Array
  message: Uint8Array
  signature: Uint8Array
  context: Uint8Array
}

type Mutation = (attempt: Attempt, random: Seeded, layout: Layout) => void

const sets = [
  // Cheaper sets take more of the budget: noble needs a millisecond and more for a verification.
  { algorithm: 0x44, noble: ml_dsa44, count: 9500, layout: { challenge: 32, omega: 80, k: 4 } },
  { algorithm: 0x65, noble: ml_dsa65, count: 6500, layout: { challenge: 48, omega: 55, k: 6 } },
  { algorithm: 0x87, noble: ml_dsa87, count: 4500, layout: { challenge: 64, omega: 75, k: 8 } },
] as const

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function hints({ signature }: Attempt, { omega, k }: Layout): [Uint8Array, Uint8Array] {
  const start = signature.length - omega - k
  return [signature.subarray(start, start + omega), signature.subarray(start + omega)]
}

const mutations: Readonly<Record<string, Mutation>> = {
  unchanged() {},
  flipChallenge(attempt, random, { challenge }) {
    flip(attempt.signature, random.below(8 * challenge))
  },
  flipResponse(attempt, random, { challenge, omega, k }) {
    const size = attempt.signature.length - challenge - omega - k
    flip(attempt.signature, 8 * challenge + random.below(8 * size))
  },
  flipHint(attempt, random, layout) {
    const [positions] = hints(attempt, layout)
    flip(positions, random.below(8 * positions.length))
  },
  flipHintCount(attempt, random, layout) {
    const [, counts] = hints(attempt, layout)
    flip(counts, random.below(8 * counts.length))
  },
  fillUnusedHint(attempt, random, layout) {
    const [positions, counts] = hints(attempt, layout)
    const used = at(counts, counts.length - 1)
    const slot = used + random.below(Math.max(1, positions.length - used))
    positions[Math.min(slot, positions.length - 1)] = 1 + random.below(255)
  },
  swapHints(attempt, random, layout) {
    const [positions, counts] = hints(attempt, layout)
    const left = random.below(Math.max(1, at(counts, counts.length - 1) - 1))
    const [first, second] = [at(positions, left), at(positions, left + 1)]
    positions.set([second, first], left)
  },
  duplicateHint(attempt, random, layout) {
    const [positions, counts] = hints(attempt, layout)
    const left = random.below(Math.max(1, at(counts, counts.length - 1) - 1))
    positions[left + 1] = at(positions, left)
  },
  decreaseCounts(attempt, random, layout) {
    const [, counts] = hints(attempt, layout)
    const index = 1 + random.below(counts.length - 1)
    counts[index] = Math.max(0, at(counts, index - 1) - 1 - random.below(3))
  },
  countAboveOmega(attempt, random, layout) {
    const [, counts] = hints(attempt, layout)
    counts[random.below(counts.length)] = layout.omega + 1 + random.below(255 - layout.omega)
  },
  moveHintToNextPolynomial(attempt, random, layout) {
    const [, counts] = hints(attempt, layout)
    const index = random.below(counts.length - 1)
    counts[index] = at(counts, index) + (random.below(2) === 0 ? 1 : -1)
  },
  extremeResponse(attempt, random, { challenge, omega, k }) {
    const size = attempt.signature.length - challenge - omega - k
    const start = challenge + random.below(size - 4)
    attempt.signature.fill(random.below(2) === 0 ? 0x00 : 0xff, start, start + 4)
  },
  flipKeySeed(attempt, random) {
    flip(attempt.publicKey, random.below(256))
  },
  flipKeyVector(attempt, random) {
    flip(attempt.publicKey, 256 + random.below(8 * attempt.publicKey.length - 256))
  },
  saturateKey(attempt, random) {
    attempt.publicKey.fill(random.below(2) === 0 ? 0x00 : 0xff, 32)
  },
  truncateSignature(attempt, random) {
    const lost = 1 + random.below(attempt.signature.length)
    attempt.signature = attempt.signature.subarray(0, attempt.signature.length - lost)
  },
  extendSignature(attempt, random) {
    const more = random.bytes(1 + random.below(40))
    attempt.signature = Buffer.concat([attempt.signature, more])
  },
  resizeKey(attempt, random) {
    const longer = Buffer.concat([attempt.publicKey, random.bytes(1)])
    attempt.publicKey = random.below(2) === 0 ? longer : attempt.publicKey.subarray(1)
  },
  changeContext(attempt, random) {
    attempt.context = random.bytes(random.below(258))
  },
  moveContextIntoMessage(attempt) {
    attempt.message = Buffer.concat([attempt.context.subarray(-1), attempt.message])
    attempt.context = attempt.context.subarray(0, -1)
  },
  flipMessage(attempt, random) {
    attempt.message =
      attempt.message.length === 0 ? random.bytes(1) : new Uint8Array(attempt.message)
    flip(attempt.message, random.below(8 * attempt.message.length))
  },
  randomSignature(attempt, random) {
    attempt.signature = random.bytes(attempt.signature.length)
  },
  randomSignatureWithoutHints(attempt, random, layout) {
    attempt.signature = random.bytes(attempt.signature.length)
    for (const part of hints(attempt, layout)) part.fill(0)
  },
  zeroEverything(attempt) {
    attempt.signature.fill(0)
    attempt.publicKey.fill(0)
  },
}

const kinds = Object.entries(mutations)
const seed = process.env['PARS_SEED'] ?? randomBytes(6).toString('hex')

describe(`ML-DSA: node:crypto and noble agree on mutated signatures (PARS_SEED=${seed})`, () => {
  let total = 0

  for (const { algorithm, noble, count, layout } of sets) {
    it(`${count} verifications of ML-DSA-${algorithm.toString(16)}`, function () {
      this.timeout(240_000)
      const random = new Seeded(`${seed}/${algorithm}`)
      const originals = Array.from({ length: 12 }, () => original(noble, random))
      for (let index = 0; index < count; index++) {
        const source = random.pick(originals)
        const attempt = {
          publicKey: new Uint8Array(source.publicKey),
          message: source.message,
          signature: new Uint8Array(source.signature),
          context: source.context,
        }
        const [kind, mutate] = kinds[index % kinds.length] ?? random.pick(kinds)
        mutate(attempt, random, layout)
        const { publicKey, message, signature, context } = attempt
        const ours = mlDsa(algorithm).verifyAnyContext(publicKey, message, signature, context)
        const theirs =
          orUndefined(() => noble.verify(signature, message, publicKey, { context })) ?? false
        const where = `${kind}, number ${index}`
        assert.equal(ours, theirs, where)
        // A mutation may happen to change nothing; any that does must not verify.
        assert.equal(ours, isSame(attempt, source), where)
        total++
      }
    })
  }

  it('at least 20,000 in all', () => {
    assert.ok(total >= 20_000, String(total))
  })
})

/** Signed by noble with coins from the seed, so that the printed seed repeats the whole run. */
function original(noble: (typeof sets)[number]['noble'], random: Seeded): Attempt {
  const { publicKey, secretKey } = noble.keygen(random.bytes(32))
  const message = random.bytes(random.pick([0, 1, 32, 135, 136, 137, 1000]))
  const context = Buffer.from(random.pick(Object.values(contexts)))
  const options = { context, extraEntropy: random.bytes(32) }
  const signature = noble.sign(message, secretKey, options)
  return { publicKey, message, signature, context }
}

function isSame(one: Attempt, other: Attempt): boolean {
  return (
    Buffer.compare(one.publicKey, other.publicKey) === 0 &&
    Buffer.compare(one.message, other.message) === 0 &&
    Buffer.compare(one.signature, other.signature) === 0 &&
    Buffer.compare(one.context, other.context) === 0
  )
}
