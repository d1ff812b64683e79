/**
 * What a transaction pays before it runs: a function of its bytes alone.
 *
 * @see PIP-0002, EIP-2028, EIP-2930, EIP-3860, EIP-7623
 */
import { type Algorithm, algorithms } from './algorithms.ts'
import type { UnsignedTransaction } from './transaction.ts'

/** The fields that gas depends on. */
export type GasFields = Pick<
  UnsignedTransaction,
  'nonceKey' | 'nonce' | 'to' | 'data' | 'accessList' | 'algorithm' | 'key'
>

const base = 21_000
const keyLookup = 2_600
const perAuthenticationByte = 4
const laneFirst = 22_100
const laneLater = 5_000
const perZeroByte = 4
const perNonzeroByte = 16
const perFloorToken = 10
const tokensPerNonzeroByte = 4
const perAccessAddress = 2_400
const perAccessSlot = 1_900
const creation = 32_000
const perInitcodeWord = 2

/** AUTH: the look-up of record and key, one verification, and the bytes of key and signature. */
export function authenticationGas(algorithm: Algorithm, keyBytes: number): bigint {
  const { signatureBytes, verifyGas } = algorithms[algorithm]
  return BigInt(keyLookup + verifyGas + perAuthenticationByte * (keyBytes + signatureBytes))
}

/** LANE: the storage that a nonce other than the account's takes. */
export function laneGas(nonceKey: bigint, nonce: bigint): bigint {
  if (nonceKey === 0n) return 0n
  return BigInt(nonce === 0n ? laneFirst : laneLater)
}

/** Charged before execution. */
export function intrinsicGas(fields: GasFields): bigint {
  const { zero, nonzero } = count(fields.data)
  let gas = perZeroByte * zero + perNonzeroByte * nonzero
  for (const [, slots] of fields.accessList) {
    gas += perAccessAddress + perAccessSlot * slots.length
  }
  if (fields.to.length === 0) {
    gas += creation + perInitcodeWord * Math.ceil(fields.data.length / 32)
  }
  return fixedGas(fields) + BigInt(gas)
}

/** The least that is charged, however little runs. */
export function floorGas(fields: GasFields): bigint {
  const { zero, nonzero } = count(fields.data)
  return fixedGas(fields) + BigInt(perFloorToken * (zero + tokensPerNonzeroByte * nonzero))
}

/** The least gasLimit that is valid. */
export function requiredGas(fields: GasFields): bigint {
  const intrinsic = intrinsicGas(fields)
  const floor = floorGas(fields)
  return intrinsic > floor ? intrinsic : floor
}

function fixedGas({ algorithm, key, nonceKey, nonce }: GasFields): bigint {
  return BigInt(base) + authenticationGas(algorithm, key.length) + laneGas(nonceKey, nonce)
}

function count(data: Uint8Array): { zero: number; nonzero: number } {
  let zero = 0
  for (const byte of data) if (byte === 0) zero++
  return { zero, nonzero: data.length - zero }
}
