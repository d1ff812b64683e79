import type { Limits } from '#base'

export const limits = {
  trial: {
    value: 120_000,
    unit: 'milliseconds',
    why: 'A precompile under test may never end; what takes as long on vectors is no precompile.',
  },
  garbage: {
    value: 400,
    unit: 'inputs',
    why: 'Drawn per trial: the rare defect shows within seconds or not at all.',
  },
} as const satisfies Limits
