import type { ParsEnvelope } from '../pars/envelope.ts'

/** Bytes that the objects of a decoded transaction, its queue and its indexes take, as measured. */
const perTransaction = 3072
/** Bytes that the objects of a decoded access list take. */
const perAddress = 256
const perSlot = 160

/** What a pooled transaction takes of the memory that `limits.bytes` bounds. */
export function weightOf({ wire, fields: { accessList } }: ParsEnvelope): number {
  let weight = perTransaction + wire.length
  for (const [, slots] of accessList) weight += perAddress + perSlot * slots.length
  return weight
}
