import type { Limits } from '#base'

export const limits = {
  keystoreBytes: {
    value: 4_096,
    unit: 'bytes',
    why: 'of one keystore file: several times what one takes, so that reading one never holds much',
  },
  kdfMemory: {
    value: 1_048_576,
    unit: 'KiB',
    why: 'the parameters of Argon2id stand in files that others may have written',
  },
  kdfWork: {
    value: 4_194_304,
    unit: 'KiB × passes',
    why: 'about four seconds: a hostile file must not hold the machine for minutes',
  },
  kdfParallelism: {
    value: 16,
    unit: 'lanes',
    why: 'each lane may take a thread',
  },
  passwordBytes: {
    value: 1_024,
    unit: 'bytes',
    why: 'a file given as the password’s may be any file',
  },
} as const satisfies Limits
