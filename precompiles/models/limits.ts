import type { Limits } from '#base'

export const limits = {
  modelBytes: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'all of it is state for ever, and is read by whoever runs the model',
  },
  chunkBytes: {
    value: 32_768,
    unit: 'bytes',
    why: 'the storing of one fits a transaction of 2^24 gas; a model of many chunks is many transactions',
  },
  claimedBytes: {
    value: 98_304,
    unit: 'bytes of input, output and what binds the output to the trace',
    why: 'a claim carries all of them in one transaction',
  },
  stepGas: {
    value: 15_000_000,
    unit: 'gas',
    why: 'the proof of any leaf has to fit a transaction of 2^24 gas',
  },
  nameBytes: {
    value: 64,
    unit: 'bytes of UTF-8',
    why: 'names stand in events and in lists of clients',
  },
  licenceBytes: {
    value: 64,
    unit: 'bytes of UTF-8',
    why: 'an SPDX expression, or where the licence is',
  },
  metadataBytes: {
    value: 4096,
    unit: 'bytes of UTF-8',
    why: 'state for ever; what is longer belongs behind a hash',
  },
  listed: {
    value: 100,
    unit: 'models of one page',
    why: 'each is a read of storage',
  },
  cachedPrograms: {
    value: 16,
    unit: 'parsed models of one thread',
    why: 'parsing again costs what the gas of a load pays for; memory is what is scarce',
  },
  window: {
    value: 31_536_000,
    unit: 'seconds, or blocks',
    why: 'a bond that nobody can have back for years is a mistake',
  },
} as const satisfies Limits
