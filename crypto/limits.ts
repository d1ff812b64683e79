import type { Limits } from '#base'

export const limits = {
  argon2Memory: {
    value: 1_048_576,
    unit: 'KiB',
    why: 'the parameters stand in files that others may have written',
  },
  argon2Iterations: {
    value: 64,
    unit: 'passes',
    why: 'the parameters stand in files that others may have written',
  },
  argon2Parallelism: {
    value: 16,
    unit: 'lanes',
    why: 'each lane may take a thread',
  },
  xofOutput: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'the output length of SHAKE is the caller’s word alone',
  },
} as const satisfies Limits
