import type { Limits } from '#base'

export const limits = {
  keptExecutions: { value: 8, unit: 'executions', why: 'of a reader on the head, free for calls' },
  executionUses: {
    value: 4096,
    unit: 'calls',
    why: 'by one kept execution: then it goes with all that it remembers',
  },
  rememberedSlots: {
    value: 4096,
    unit: 'slots',
    why: 'of the head that calls read, remembered by a reader until there is another head: 1 MiB',
  },
  callGas: {
    value: 50_000_000,
    unit: 'gas',
    why: 'of one eth_call or estimate; nobody pays for it',
  },
  callOutput: {
    value: 1024 * 1024,
    unit: 'bytes',
    why: 'that one call may return: writing them takes 8 ms of all clients',
  },
  simulationBytes: {
    value: 8 * 1024 * 1024,
    unit: 'bytes',
    why: 'that all calls of one eth_simulateV1 return and log, 320 counted for each log beside its data',
  },
  estimateGas: {
    value: 67_108_864,
    unit: 'gas',
    why: 'run through by all tries of one estimate, four transactions of the largest kind',
  },
  accessListRounds: {
    value: 8,
    unit: 'runs',
    why: 'of one call until its access list repeats; code can make it differ for ever',
  },
  simulatedBlocks: {
    value: 256,
    unit: 'blocks',
    why: 'of one eth_simulateV1, empty ones that fill gaps included; its calls share callGas',
  },
  logBlocks: { value: 10_000, unit: 'blocks', why: 'that one eth_getLogs may range over' },
  feeHistoryBlocks: { value: 1024, unit: 'blocks', why: 'that one eth_feeHistory may cover' },
  feeHistoryPercentiles: { value: 100, unit: 'percentiles', why: 'per block of eth_feeHistory' },
  feeHistoryTransactions: {
    value: 65_536,
    unit: 'transactions',
    why: 'sorted by one eth_feeHistory with percentiles; older blocks are left out',
  },
  traceBytes: {
    value: 24 * 1024 * 1024,
    unit: 'bytes',
    why: 'of JSON in the answer of one trace, and of frames kept for it',
  },
  frameBytes: {
    value: 2 * 1024 * 1024,
    unit: 'bytes',
    why: 'of frames that cross threads one by one, for ots_: some thousand',
  },
  storageSlots: {
    value: 65_536,
    unit: 'slots',
    why: 'of an account, sorted by their hashes for one debug_storageRangeAt',
  },
  searchBlocks: {
    value: 256,
    unit: 'blocks',
    why: 'that changed an account, looked through and run again by one search for its transactions',
  },
} as const satisfies Limits
