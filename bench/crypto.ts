import { randomBytes } from 'node:crypto'

import { bn254 as nobleBn254 } from '@noble/curves/bn254.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js'

import { fixed, type Random } from '#base'
import { blake2f, bn254, keccak256, mlDsa, mlKem, p256Verify, recoverPublicKey } from '#crypto'
import { algorithms, contexts } from '#protocol'

const random: Random = { bytes: (size) => new Uint8Array(randomBytes(size)) }

interface Row {
  readonly operation: string
  /** CPU microseconds per call. */
  readonly pars: number
  readonly noble: number | undefined
}

/** Prints the CPU time of each primitive, and how many times longer noble takes. */
export async function crypto(): Promise<void> {
  const rows = [...hashes(), ...signatures(), ...encapsulations(), ...curves(), ...compression()]
  for (const { operation, pars, noble } of rows) {
    const reference =
      noble === undefined
        ? ''
        : `${noble.toFixed(1).padStart(12)} ${(noble / pars).toFixed(1).padStart(7)}x`
    print(`${operation.padEnd(28)}${pars.toFixed(2).padStart(12)}${reference}`)
  }
  print(`${'ML-DSA-65 verifyAsync'.padEnd(28)}${(await pooled()).toFixed(0).padStart(12)} per s`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function hashes(): Row[] {
  return [32, 136, 532, 1024, 4096].map((size) => {
    const bytes = random.bytes(size)
    return {
      operation: `keccak256 ${size} B`,
      pars: cost(() => keccak256(bytes)),
      noble: cost(() => keccak_256(bytes)),
    }
  })
}

function signatures(): Row[] {
  const sets = [
    [0x44, ml_dsa44],
    [0x65, ml_dsa65],
    [0x87, ml_dsa87],
  ] as const
  return sets.flatMap(([algorithm, noble]) => {
    const engine = mlDsa(algorithm)
    const key = engine.generate(random)
    const { publicKey, secretKey } = noble.keygen(key.seed)
    const message = random.bytes(32)
    const context = contexts.transaction
    const options = { context: Buffer.from(context) }
    const signature = key.sign(message, context)
    const { name } = algorithms[algorithm]
    return [
      {
        operation: `${name} keygen`,
        pars: cost(() => engine.generate(random)),
        noble: cost(() => noble.keygen(random.bytes(32))),
      },
      {
        operation: `${name} sign`,
        pars: cost(() => key.sign(message, context)),
        noble: cost(() => noble.sign(message, secretKey, options)),
      },
      {
        operation: `${name} verify`,
        pars: cost(() => engine.verify(publicKey, message, signature, context)),
        noble: cost(() => noble.verify(signature, message, publicKey, options)),
      },
    ]
  })
}

function encapsulations(): Row[] {
  const sets = [
    [768, ml_kem768],
    [1024, ml_kem1024],
  ] as const
  return sets.flatMap(([parameterSet, noble]) => {
    const engine = mlKem(parameterSet)
    const key = engine.generate(random)
    const { publicKey, secretKey } = noble.keygen(key.seed)
    const { ciphertext } = engine.encapsulate(publicKey)
    return [
      {
        operation: `ML-KEM-${parameterSet} encapsulate`,
        pars: cost(() => engine.encapsulate(publicKey)),
        noble: cost(() => noble.encapsulate(publicKey)),
      },
      {
        operation: `ML-KEM-${parameterSet} decapsulate`,
        pars: cost(() => engine.decapsulate(key, ciphertext)),
        noble: cost(() => noble.decapsulate(ciphertext, secretKey)),
      },
    ]
  })
}

function curves(): Row[] {
  const [digest, secret] = [random.bytes(32), new Uint8Array(32).fill(7)]
  const recoverable = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' })
  const [recovery = 0] = recoverable
  const bare = recoverable.subarray(1)
  const options = { prehash: false, lowS: false }
  const signature = p256.sign(digest, secret, options)
  const key = p256.getPublicKey(secret, false)
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  const [x, y] = [key.subarray(1, 33), key.subarray(33)]
  const { G1, G2 } = nobleBn254
  const pairs = [
    { g1: G1.Point.BASE, g2: G2.Point.BASE },
    { g1: G1.Point.BASE.negate(), g2: G2.Point.BASE },
  ]
  const input = Uint8Array.from(
    pairs.flatMap(({ g1, g2 }) => {
      const [left, right] = [g1.toAffine(), g2.toAffine()]
      const numbers = [left.x, left.y, right.x.c1, right.x.c0, right.y.c1, right.y.c0]
      return numbers.flatMap((number) => [...fixed(number, 32)])
    }),
  )
  return [
    {
      operation: 'secp256k1 recover',
      pars: cost(() => recoverPublicKey(digest, bare, recovery)),
      noble: cost(() => secp256k1.recoverPublicKey(recoverable, digest, { prehash: false })),
    },
    {
      operation: 'P-256 verify',
      pars: cost(() => p256Verify(digest, r, s, x, y)),
      noble: cost(() => p256.verify(signature, digest, key, options)),
    },
    {
      operation: 'bn254 pairing of 2',
      pars: cost(() => bn254.pairing(input)),
      noble: cost(() => nobleBn254.pairingBatch(pairs)),
    },
  ]
}

function compression(): Row[] {
  const [h, m, t] = [random.bytes(64), random.bytes(128), random.bytes(16)]
  return [
    {
      operation: 'blake2f 12 rounds',
      pars: cost(() => blake2f(12, h, m, t, true)),
      noble: undefined,
    },
    {
      operation: 'blake2f 1000 rounds',
      pars: cost(() => blake2f(1000, h, m, t, true)),
      noble: undefined,
    },
  ]
}

/** CPU microseconds of one call: the median of many rounds of some milliseconds. */
function cost(task: () => unknown): number {
  let calls = 1
  while (spent(task, calls) < 3000) calls *= 2
  const rounds = Array.from({ length: 15 }, () => spent(task, calls) / calls)
  return rounds.toSorted((a, b) => a - b)[7] ?? NaN
}

function spent(task: () => unknown, calls: number): number {
  const before = process.cpuUsage()
  for (let call = 0; call < calls; call++) task()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** Verifications per second of wall time with eight in flight. */
async function pooled(): Promise<number> {
  const engine = mlDsa(0x65)
  const key = engine.generate(random)
  const message = random.bytes(32)
  const signature = key.sign(message, contexts.transaction)
  const count = 4000
  let left = count
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      await engine.verifyAsync(key.publicKey, message, signature, contexts.transaction)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: 8 }, lane))
  return (count * 1000) / (performance.now() - start)
}
