/** Where the ABI puts values. @see Solidity, "Contract ABI Specification" */
import type { AbiType } from './type.ts'

export const wordBytes = 32

/** Whether a value's place holds an offset, and the value stands behind the places of all. */
export function isDynamic(type: AbiType): boolean {
  if (type.kind === 'array') return type.length === undefined || isDynamic(type.element)
  if (type.kind === 'tuple') return type.members.some(isDynamic)
  return type.kind === 'bytes' || type.kind === 'string'
}

/** Bytes of the place of `type` among others. */
export function headSize(type: AbiType): number {
  if (isDynamic(type)) return wordBytes
  if (type.kind === 'array') return (type.length ?? 0) * headSize(type.element)
  if (type.kind === 'tuple') return headsSize(type.members)
  return wordBytes
}

export function headsSize(types: readonly AbiType[]): number {
  return types.reduce((sum, type) => sum + headSize(type), 0)
}

/** `length` bytes and what fills their last word. */
export function paddedSize(length: number): number {
  return Math.ceil(length / wordBytes) * wordBytes
}
