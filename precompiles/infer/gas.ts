/** What an inference pays before it runs, from the model's record alone. */
export const gasTable = {
  /** What a call costs anyhow. */
  call: 3000,
  /** Per byte of the model, and per part of its graph: reading and parsing it. */
  loadedByte: 1,
  loadedPart: 200,
  /** Multiplications for one gas. */
  macsPerGas: 32,
  /** Per element of all operators. */
  element: 1,
  /** Per byte of input and output. */
  carriedByte: 1,
} as const

export interface Work {
  /** Bytes of the model. */
  readonly size: number
  /** Of the graph. @see ModelCost */
  readonly parts: number
  readonly macs: bigint
  readonly elements: bigint
  readonly inputBytes: number
  readonly outputBytes: number
}

export function workGas({ size, parts, macs, elements, ...carried }: Work): bigint {
  const loaded = gasTable.loadedByte * size + gasTable.loadedPart * parts
  const bytes = gasTable.carriedByte * (carried.inputBytes + carried.outputBytes)
  const work = macs / BigInt(gasTable.macsPerGas) + BigInt(gasTable.element) * elements
  return BigInt(loaded + bytes) + work
}
