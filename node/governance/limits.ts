import type { Limits } from '#base'

export const limits = {
  ballotBytes: {
    value: 65_536,
    unit: 'bytes',
    why: 'of a ballot in JSON: a signature with its key is 15 kB of it, a reason the rest',
  },
  delegationBytes: {
    value: 65_536,
    unit: 'bytes',
    why: 'of a signed delegation in JSON: a signature with its key is 15 kB of it',
  },
  reasonBytes: {
    value: 2_048,
    unit: 'bytes',
    why: 'of what a voter says: every node keeps it for good',
  },
  pollTime: {
    value: 2_000,
    unit: 'ms',
    why: 'between two looks at proposals: a status lasts for hours',
  },
} as const satisfies Limits
