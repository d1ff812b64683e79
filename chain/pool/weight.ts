import type { ParsEnvelope } from '../pars/envelope.ts'

/** What the objects of a decoded access list take beside the encoding, in bytes. */
const perAddress = 256
const perSlot = 160

/** What a pooled transaction takes of the memory that `limits.bytes` bounds. */
export function weightOf({ wire, fields: { accessList } }: ParsEnvelope): number {
  let weight = wire.length
  for (const [, slots] of accessList) weight += perAddress + perSlot * slots.length
  return weight
}
