import type { Limits } from '#base'

export const limits = {
  stateRetention: {
    value: 86_400,
    unit: 'seconds',
    why: 'how long the state of a height can be asked for, unless archived',
  },
  pruneHeights: {
    value: 64,
    unit: 'heights',
    why: 'looked at for pruning after each commit',
  },
  pruneSlices: {
    value: 8,
    unit: 'batches',
    why: 'pruned after each commit, so that pruning never delays one for long',
  },
  headAccounts: {
    value: 4096,
    unit: 'accounts',
    why: 'of the head that were asked for, remembered until there is another head: 1 MiB',
  },
  readers: { value: 2, unit: 'threads', why: 'that answer calls beside execution' },
  packedBytes: {
    value: 256,
    unit: 'bytes',
    why: 'that cross threads as text: a buffer of its own costs more up to about there',
  },
  lineChecks: {
    value: 32,
    unit: 'checks',
    why: 'whether calls of one client go on, each after a million gas or a call at most: then others have their turn',
  },
  reads: {
    value: 4096,
    unit: 'calls',
    why: 'waiting for a reader; more are refused with READ_BUSY',
  },
} as const satisfies Limits
