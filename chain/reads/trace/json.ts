/** JSON as Ethereum's tools read it, written piece by piece: a trace is too large to be built twice. */
import { hex } from '#base'

export const quantity = (value: bigint | number): string => `"0x${value.toString(16)}"`

export const data = (bytes: Uint8Array): string => `"${hex(bytes)}"`

export const word = (value: bigint): string => `"0x${value.toString(16).padStart(64, '0')}"`

type Member = readonly [name: string, value: string | undefined]

/** @param members Values are JSON; undefined ones are left out. */
export function object(members: readonly Member[]): string {
  const given = members.filter(([, value]) => value !== undefined)
  return `{${given.map(([name, value]) => `"${name}":${value}`).join(',')}}`
}

export function list(items: readonly string[]): string {
  return `[${items.join(',')}]`
}
