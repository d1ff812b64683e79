import type { Limits } from '#base'

export const limits = {
  callGas: {
    value: 50_000_000,
    unit: 'gas',
    why: 'of one eth_call or estimate; nobody pays for it',
  },
  logBlocks: { value: 10_000, unit: 'blocks', why: 'that one eth_getLogs may range over' },
  feeHistoryBlocks: { value: 1024, unit: 'blocks', why: 'that one eth_feeHistory may cover' },
  feeHistoryPercentiles: { value: 100, unit: 'percentiles', why: 'per block of eth_feeHistory' },
} as const satisfies Limits
