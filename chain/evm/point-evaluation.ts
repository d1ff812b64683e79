import { concat, fixed, toBigInt } from '#base'
import { sha256 } from '#crypto'

import { hostCause } from './host-fault.ts'

/** Whether `proof` shows that the polynomial behind `commitment` is y at z. Each 32 or 48 bytes. */
export type VerifyPoint = (
  commitment: Uint8Array,
  z: Uint8Array,
  y: Uint8Array,
  proof: Uint8Array,
) => boolean

const scalarModulus = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n
const fieldElementsPerBlob = 4096n
const versionKzg = 1
const success = concat(fixed(fieldElementsPerBlob, 32), fixed(scalarModulus, 32))

/**
 * The precompile 0x0a. Without an engine every call fails, as a part of the rules: whether there is
 * one must be the same on every node.
 *
 * @see EIP-4844 "Point evaluation precompile"
 */
export function pointEvaluation(
  verify: VerifyPoint | undefined,
): (input: Uint8Array) => Uint8Array | undefined {
  return (input) => {
    if (verify === undefined || input.length !== 192) return undefined
    const [z, y] = [input.subarray(32, 64), input.subarray(64, 96)]
    const [commitment, proof] = [input.subarray(96, 144), input.subarray(144, 192)]
    if (toBigInt(z) >= scalarModulus || toBigInt(y) >= scalarModulus) return undefined
    const hash = sha256(commitment)
    hash[0] = versionKzg
    if (toBigInt(hash) !== toBigInt(input.subarray(0, 32))) return undefined
    try {
      return verify(commitment, z, y, proof) ? success : undefined
    } catch (error) {
      if (hostCause(error) !== undefined) throw error
      return undefined
    }
  }
}
