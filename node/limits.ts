import type { Limits } from '#base'

export const limits = {
  answerBytes: {
    value: 33_554_432,
    unit: 'bytes',
    why: 'of a node that the command line asked: as many as a node answers with',
  },
  answerTime: {
    value: 30_000,
    unit: 'milliseconds',
    why: 'that the command line waits for an answer: longer than a node takes for one',
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
  blockLag: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'that the time of a block may be behind this machine’s clock: what comes too early costs its gas',
  },
  contentCost: {
    value: 4096,
    unit: 'bytes',
    why: 'that a question for code, a key or a blob counts for beside its answer: a look into the store',
  },
  contentPause: {
    value: 2_000,
    unit: 'milliseconds',
    why: 'until peers are asked again for what none of them had',
  },
  meshControl: {
    value: 33_554_432,
    unit: 'bytes',
    why: 'of one question to a node of the mesh by its user: a file of 16 MiB in Base64',
  },
  meshFile: {
    value: 16_000_000,
    unit: 'bytes',
    why: 'of a file that is sent over links: whole in memory on both sides',
  },
  meshLook: {
    value: 500,
    unit: 'milliseconds',
    why: 'between two looks of a command whether something was handed over',
  },
  meshItems: {
    value: 10_000,
    unit: 'items',
    why: 'that a node of the mesh received and nobody removed, or has to hand over',
  },
  meshBytes: {
    value: 268_435_456,
    unit: 'bytes',
    why: 'of these, each way: strangers may send them',
  },
  meshShare: {
    value: 4,
    unit: 'parts of what was received',
    why: 'of which one sender may fill one, and those who don’t say who they are another together',
  },
  meshSeen: {
    value: 20_000,
    unit: 'letters',
    why: 'that are known again when they come twice: twice as many as may lie there',
  },
  meshOutcomes: {
    value: 4_096,
    unit: 'letters',
    why: 'of which is known, until the node stops, whether they were delivered',
  },
  meshPatience: {
    value: 86_400_000,
    unit: 'milliseconds',
    why: 'to look for a path to somebody before it is said that there is none',
  },
  meshRetryLeast: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'before something is sent again whose link broke; doubled with each further time',
  },
  meshRetryMost: {
    value: 3_600_000,
    unit: 'milliseconds',
    why: 'between two such tries: as late may somebody who was away get it after coming back',
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
  fullDisk: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'of the disk of the data folder: with less, /readyz calls the store full',
  },
  diskAge: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'that what is known of the disk may be old: strangers ask /readyz',
  },
  tlsAge: {
    value: 60_000,
    unit: 'milliseconds',
    why: 'between two looks whether the certificate for JSON-RPC was replaced',
  },
  tlsBytes: {
    value: 262_144,
    unit: 'bytes',
    why: 'of a certificate with those that vouch for it, or of its key',
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
  snapshots: {
    value: 1_024,
    unit: 'snapshots',
    why: 'that a development node can go back to; of more the oldest are forgotten',
  },
  minedBlocks: { value: 1_000, unit: 'blocks', why: 'of one evm_mine: a few seconds of work' },
  devSeconds: {
    value: 2 ** 40,
    unit: 'seconds',
    why: 'since 1970, to which a test may move time: the year 36,812',
  },
  miningInterval: {
    value: 2 ** 31 - 1,
    unit: 'milliseconds',
    why: 'between two blocks of a development node: as long as a timer waits',
  },
  exportRecord: {
    value: 134_217_728,
    unit: 'bytes',
    why: 'of one record of an export, held in memory whole: many times a block and its receipts',
  },
  exportBuffer: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'of an export, between two writes or reads',
  },
  openResults: {
    value: 4_096,
    unit: 'blocks',
    why: 'executed and not yet final: consensus keeps no more of them',
  },
  validatorEntryBytes: {
    value: 32_768,
    unit: 'bytes',
    why: 'of what an operator prints for a genesis: a key and a proof in hexadecimal and some',
  },
  bindingBytes: {
    value: 8_192,
    unit: 'bytes',
    why: 'of the file that binds a validator to a node: a signature in hexadecimal and some',
  },
  upgradeLook: {
    value: 3_600,
    unit: 'seconds',
    why: 'of the chain, after which the node looks again who is ready for upgrades and what it lacks itself',
  },
  upgradeWarningLeast: {
    value: 60,
    unit: 'seconds',
    why: 'of the chain between two warnings of one upgrade, when its activation is near',
  },
  upgradeWarningMost: {
    value: 86_400,
    unit: 'seconds',
    why: 'of the chain between two warnings of one upgrade, when it is far away',
  },
} as const satisfies Limits
