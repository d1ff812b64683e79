/** Wei per gas. */
export interface Fees {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/**
 * The fees of a transaction whose sender left some open: room for the base fee to double, and no tip
 * above what the sender pays at most.
 */
export function feesWithRoom(
  { maxFeePerGas, maxPriorityFeePerGas }: { readonly [Fee in keyof Fees]?: bigint | undefined },
  { baseFee, usualTip }: { readonly baseFee: bigint; readonly usualTip: bigint },
): Fees {
  const tip = maxPriorityFeePerGas ?? usualTip
  if (maxFeePerGas === undefined) {
    return { maxFeePerGas: baseFee * 2n + tip, maxPriorityFeePerGas: tip }
  }
  const fitting = maxPriorityFeePerGas ?? (tip < maxFeePerGas ? tip : maxFeePerGas)
  return { maxFeePerGas, maxPriorityFeePerGas: fitting }
}
