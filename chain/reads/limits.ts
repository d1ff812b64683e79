import type { Limits } from '#base'

export const limits = {
  callGas: {
    value: 50_000_000,
    unit: 'gas',
    why: 'of one eth_call or estimate; nobody pays for it',
  },
  estimateGas: {
    value: 67_108_864,
    unit: 'gas',
    why: 'run through by all tries of one estimate, four transactions of the largest kind',
  },
  logBlocks: { value: 10_000, unit: 'blocks', why: 'that one eth_getLogs may range over' },
  feeHistoryBlocks: { value: 1024, unit: 'blocks', why: 'that one eth_feeHistory may cover' },
  feeHistoryPercentiles: { value: 100, unit: 'percentiles', why: 'per block of eth_feeHistory' },
  feeHistoryTransactions: {
    value: 65_536,
    unit: 'transactions',
    why: 'sorted by one eth_feeHistory with percentiles; older blocks are left out',
  },
} as const satisfies Limits
