import type { Limits } from '#base'

export const limits = {
  packageFiles: {
    value: 1000,
    unit: 'files and folders',
    why: 'All of a package is read in each thread before it is imported.',
  },
  packageBytes: {
    value: 16_777_216,
    unit: 'bytes',
    why: 'As for packageFiles; code that operators review is far smaller.',
  },
} as const satisfies Limits
