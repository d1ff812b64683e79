import type { Limits } from '#base'

export const limits = {
  exportedItems: {
    value: 1024,
    unit: 'items',
    why: 'accounts or slots in one record of an export, held in memory whole',
  },
  rebuiltItems: {
    value: 8192,
    unit: 'items',
    why: 'accounts and slots between two writes of an import: the memory that it takes',
  },
  replayedBlocks: {
    value: 64,
    unit: 'blocks',
    why: 'executed again between two writes: the memory that it takes',
  },
} as const satisfies Limits
