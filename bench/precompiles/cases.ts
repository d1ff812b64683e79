import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { type Abi, encodeFunctionData } from 'viem'

import { concat, empty, fixed, hex, unhex, utf8 } from '#base'
import { addressOfKey, mlDsa, sha256 } from '#crypto'
import type { Precompile } from '#precompiles'
import { algorithms, contexts, foreignMessage } from '#protocol'

import { type Case, filled } from './case.ts'

const secret = new Uint8Array(32).fill(7)
const digest = sha256(secret)

export function signatureCases(): Case[] {
  const recoverable = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' })
  const v = fixed(27 + (recoverable[0] ?? 0), 32)
  const signature = p256.sign(digest, secret, { prehash: false, lowS: false })
  const key = p256.getPublicKey(secret, false).subarray(1)
  return [
    { name: 'ecrecover', to: 0x01, input: concat(digest, v, recoverable.subarray(1)) },
    { name: 'P-256', to: 0x0100, input: concat(digest, signature, key) },
  ]
}

export function hashCases(): Case[] {
  const hashes = [
    ['sha256', 0x02],
    ['RIPEMD-160', 0x03],
    ['identity', 0x04],
  ] as const
  return [
    ...hashes.flatMap(([name, to]) =>
      [0, 64, 1024, 102_400].map((size) => ({
        name: `${name} of ${size} B`,
        to,
        input: filled(size),
      })),
    ),
    ...[1, 12, 1000, 1_000_000].map((rounds) => ({
      name: `BLAKE2b ${rounds} rounds`,
      to: 0x09,
      input: concat(fixed(rounds, 4), filled(208), Uint8Array.of(1)),
    })),
    { name: 'BLAKE2b of 212 B, refused', to: 0x09, input: filled(212), fails: 0 },
  ]
}

/**
 * Lengths of base, exponent and modulus, all bits set: every bit of the exponent costs two
 * multiplications. EIP-7883 has steps at 32 bytes of exponent, of base and modulus.
 */
const shapes = [
  [32, 0, 32],
  [32, 1, 32],
  [32, 4, 32],
  [8, 32, 8],
  [24, 32, 24],
  [32, 32, 32],
  [32, 128, 32],
  [32, 1024, 32],
  [1024, 32, 1],
  [1, 32, 40],
  [40, 32, 40],
  [64, 32, 64],
  [128, 3, 128],
  [128, 32, 128],
  [256, 3, 256],
  [256, 32, 256],
  [256, 1024, 256],
  [512, 32, 512],
  [1024, 0, 1024],
  [1024, 1, 1024],
  [1024, 3, 1024],
  [1024, 32, 1024],
] as const

export function exponentiationCases(): Case[] {
  return shapes.map(([base, exponent, modulus]) => ({
    name: `modexp ${base}, ${exponent}, ${modulus} B`,
    to: 0x05,
    input: concat(
      fixed(base, 32),
      fixed(exponent, 32),
      fixed(modulus, 32),
      filled(base),
      new Uint8Array(exponent).fill(0xff),
      new Uint8Array(modulus).fill(0xff, 0, 1).fill(0xb7, 1),
    ),
  }))
}

const parameterSets = [
  [0x44, 0x0612, ml_dsa44],
  [0x65, 0x0613, ml_dsa65],
  [0x87, 0x0614, ml_dsa87],
] as const

export function mlDsaCases(): Case[] {
  return parameterSets.flatMap(([algorithm, to, noble]) => {
    const { name } = algorithms[algorithm]
    const { publicKey, secretKey } = noble.keygen(secret)
    // Production signs nothing under the empty context.
    const bare = noble.sign(digest, secretKey)
    const context = utf8(contexts.foreign)
    const foreign = noble.sign(digest, secretKey, { context: Buffer.from(context) })
    const head = Uint8Array.of(algorithm, context.length)
    return [
      { name, to, input: concat(publicKey, bare, digest) },
      {
        name: `${name}, any context`,
        to: 0x0601,
        input: concat(head, context, publicKey, foreign, digest),
      },
    ]
  })
}

export function accountCases(plugins: readonly Precompile[], networkId: Uint8Array): Case[] {
  const call = (to: number, functionName: string, args: readonly unknown[]): Uint8Array => {
    const plugin = plugins.find(({ address }) => Number(address) === to)
    return unhex(encodeFunctionData({ abi: plugin?.abi as Abi, functionName, args }))
  }
  const withKey = parameterSets.map(([algorithm]) => {
    const key = mlDsa(algorithm).fromSeed(secret)
    const signature = key.sign(foreignMessage(networkId, digest), contexts.foreign)
    const owner = hex(addressOfKey(algorithm, key.publicKey))
    const args = [owner, algorithm, hex(key.publicKey), hex(digest), hex(signature)]
    return {
      name: `accounts.verifyWithKey ${algorithms[algorithm].name}`,
      to: 0x0606,
      input: call(0x0606, 'verifyWithKey', args),
    }
  })
  const someone = hex(new Uint8Array(20).fill(9))
  return [
    ...withKey,
    { name: 'accounts.recoveryOf', to: 0x0606, input: call(0x0606, 'recoveryOf', [someone]) },
    { name: 'nonces.nextNonce', to: 0x0607, input: call(0x0607, 'nextNonce', [someone, 1n]) },
    { name: 'an empty account', to: 0xdead, input: empty },
  ]
}
