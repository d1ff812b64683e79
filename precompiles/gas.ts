/** The gas schedule of `PrecompileView`, shared by the chain and the in-memory view. */
export const schedule = {
  /** EIP-2929. */
  coldSlot: 2100,
  warmSlot: 100,
  /** EIP-2200 as amended by EIP-2929. */
  setSlot: 20_000,
  resetSlot: 2900,
  /** A write needs more than this much gas left. @see EIP-2200 */
  writeSentry: 2300,
  log: 375,
  logTopic: 375,
  logByte: 8,
  pay: 9000,
  payEmpty: 25_000,
} as const

export function readGas(warm: boolean): bigint {
  return BigInt(warm ? schedule.warmSlot : schedule.coldSlot)
}

/** What EIP-2200 distinguishes of one write. Words as numbers. */
export interface SlotWrite {
  readonly warm: boolean
  /** At the start of the transaction. */
  readonly original: bigint
  readonly current: bigint
  readonly value: bigint
}

export function writeGas({ warm, original, current, value }: SlotWrite): bigint {
  const access = warm ? 0 : schedule.coldSlot
  if (value === current || original !== current) return BigInt(access + schedule.warmSlot)
  return BigInt(access + (original === 0n ? schedule.setSlot : schedule.resetSlot))
}

export function logGas(topics: number, bytes: number): bigint {
  return BigInt(schedule.log + schedule.logTopic * topics + schedule.logByte * bytes)
}

/** @param empty Whether the payee is an empty account. @see EIP-161 */
export function payGas(empty: boolean): bigint {
  return BigInt(schedule.pay + (empty ? schedule.payEmpty : 0))
}
