import type { Limits } from '#base'

export const limits = {
  output: {
    value: 8192,
    unit: 'bytes',
    why: 'What one call of SHAKE gives: as much as a call takes before its input costs extra.',
  },
} as const satisfies Limits
