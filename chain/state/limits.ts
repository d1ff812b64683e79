import type { Limits } from '#base'

export const limits = {
  cachedAccounts: {
    value: 32_768,
    unit: 'accounts',
    why: 'Read caches are trimmed when a block is sealed; one block can touch at most gas / 2,600.',
  },
  cachedSlots: {
    value: 131_072,
    unit: 'slots',
    why: 'The same for storage, counted over all accounts: about 32 MB.',
  },
  cachedCodeBytes: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'Code and public keys kept in memory: 2,700 contracts of the largest size.',
  },
  liveStorageNodes: {
    value: 32_768,
    unit: 'nodes',
    why: 'Nodes of storage tries kept in memory between two blocks.',
  },
  pruneKeys: {
    value: 2_048,
    unit: 'keys',
    why: 'One slice of pruning is one small batch: block writes pass between two slices.',
  },
} as const satisfies Limits
