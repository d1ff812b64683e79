/**
 * What the vectors are made with. Nothing here comes from the code that they test: hashes and
 * signatures are noble's, call data is viem's, gas is added up by hand from the figures of the EIPs.
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { concat, type Hex, numberToHex, pad, stringToHex, toHex } from 'viem'

export const schemes = {
  0x44: { signer: ml_dsa44, publicKeyBytes: 1312, verifyGas: 6500 },
  0x65: { signer: ml_dsa65, publicKeyBytes: 1952, verifyGas: 9000 },
  0x87: { signer: ml_dsa87, publicKeyBytes: 2592, verifyGas: 13_500 },
} as const

export type Mode = keyof typeof schemes

/** EIP-2929, EIP-2200: a slot's price when it was not touched before, and when it was. */
export const cold = 2100
export const noChange = 100
export const set = 20_000
export const reset = 2900

export function log(topics: number, dataBytes: number): number {
  return 375 + 375 * topics + 8 * dataBytes
}

export function hash(...parts: readonly Hex[]): Hex {
  return toHex(keccak_256(bytes(concat(parts))))
}

function bytes(text: Hex): Uint8Array {
  return Uint8Array.fromHex(text.slice(2))
}

export function word(value: bigint | number): Hex {
  return numberToHex(value, { size: 32 })
}

export interface Key {
  readonly mode: Mode
  readonly publicKey: Hex
  readonly keyHash: Hex
  /** Of an account that registered nothing. */
  readonly address: Hex
  /** Deterministic. */
  readonly sign: (message: Hex, context: string) => Hex
}

/** The key whose seed is 32 times `seed`. */
export function key(mode: Mode, seed: number): Key {
  const { signer } = schemes[mode]
  const pair = signer.keygen(new Uint8Array(32).fill(seed))
  const publicKey = toHex(pair.publicKey)
  const keyHash = hash(numberToHex(mode), publicKey)
  return {
    mode,
    publicKey,
    keyHash,
    address: `0x${keyHash.slice(26)}`,
    sign: (message, context) =>
      toHex(
        signer.sign(bytes(message), pair.secretKey, {
          context: bytes(stringToHex(context)),
          extraEntropy: false,
        }),
      ),
  }
}

/** keccak256(pad32(account) ‖ be32(index)). */
export function slot(account: Hex, index: number): Hex {
  return hash(pad(account, { size: 32 }), word(index))
}
