import type { Limits } from '#base'

export const limits = {
  attesters: {
    value: 1024,
    unit: 'accounts of one group',
    why: 'the way from one of them to the root is ten hashes; few have to sign',
  },
} as const satisfies Limits
