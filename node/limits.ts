import type { Limits } from '#base'

export const limits = {
  answerBytes: {
    value: 33_554_432,
    unit: 'bytes',
    why: 'of a node that the command line asked: as many as a node answers with',
  },
  answerText: {
    value: 2_000,
    unit: 'characters',
    why: 'of a node’s error, on the terminal of who asked',
  },
  artifactBytes: {
    value: 33_554_432,
    unit: 'bytes',
    why: 'of a compiler’s output, held in memory whole',
  },
  proxyLanes: {
    value: 1024,
    unit: 'lanes',
    why: 'whose last nonce a proxy remembers, of all accounts; the node is asked for that of others',
  },
  clockSkew: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'between two machines: beyond it pars doctor complains',
  },
  freeDisk: {
    value: 1_073_741_824,
    unit: 'bytes',
    why: 'of the disk of the data folder: with less, pars doctor complains',
  },
  configBytes: {
    value: 65_536,
    unit: 'bytes',
    why: 'of a configuration file, held in memory whole',
  },
  protectionBytes: {
    value: 65_536,
    unit: 'bytes',
    why: 'of a record of what a validator signed, held in memory whole',
  },
  searchedPool: {
    value: 1_024,
    unit: 'transactions',
    why: 'in the pool: of more, some are taken to be waiting without a look',
  },
  retold: {
    value: 64,
    unit: 'transactions a second',
    why: 'of its own clients that a node tells its peers again: a full pool would be a burst',
  },
  rememberedRanks: {
    value: 16_384,
    unit: 'nonce lanes',
    why: 'each rank costs one hash per member of the committee',
  },
  openResults: {
    value: 4_096,
    unit: 'blocks',
    why: 'executed and not yet final: consensus keeps no more of them',
  },
} as const satisfies Limits
