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
} as const satisfies Limits
