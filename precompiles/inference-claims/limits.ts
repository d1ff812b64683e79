import type { Limits } from '#base'

export const limits = {
  listed: {
    value: 100,
    unit: 'claims of one page',
    why: 'each is a hash',
  },
} as const satisfies Limits
