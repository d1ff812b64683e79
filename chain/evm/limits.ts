import type { Limits } from '#base'

export const limits = {
  frameMemory: {
    value: 1 << 28,
    unit: 'bytes',
    why: 'memory of one call frame; the gas of a transaction (EIP-7825) buys 3 MiB, so only a call without a sane gas cap gets here',
  },
  freeInput: {
    value: 8192,
    unit: 'bytes',
    why: 'of a plugin call, copied for the price of the call; more costs 3 gas a word',
  },
  interruptGas: {
    value: 1 << 20,
    unit: 'gas',
    why: 'that a call runs through before it asks whether somebody still waits: some milliseconds',
  },
  revertText: { value: 1024, unit: 'bytes', why: 'of a revert reason, in an error or a trace' },
  codeAnalyses: {
    value: 64 << 20,
    unit: 'bytes',
    why: 'jump destinations and push constants kept for code that was run lately',
  },
} as const satisfies Limits
