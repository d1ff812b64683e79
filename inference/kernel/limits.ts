import type { Limits } from '#base'

export const limits = {
  memory: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'Memory of the SIMD kernel in each thread: scratch, then packed weights that are kept.',
  },
  scratch: {
    value: 16_777_216,
    unit: 'bytes',
    why: 'What one product or convolution takes at a time; larger ones are computed in parts.',
  },
} as const satisfies Limits
