import type { Limits } from '#base'

export const limits = {
  leastCell: {
    value: 219,
    unit: 'bytes',
    why: 'that every medium carries: what is sent everywhere must fit',
  },
  cell: { value: 65_535, unit: 'bytes', why: 'of one cell on the fastest medium' },
} as const satisfies Limits
