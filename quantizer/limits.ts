import type { Limits } from '#base'

const MiB = 1024 * 1024

/** What a model or its calibration data can make the quantiser hold or do. */
export const limits = {
  modelBytes: {
    value: 256 * MiB,
    unit: 'bytes',
    why: 'of a float model; its weights are held three times while it is quantised',
  },
  nodes: { value: 4_096, unit: 'nodes', why: 'of a float graph; each is walked several times' },
  rank: { value: 6, unit: 'dimensions', why: 'of a float tensor; pars-int-1 has no more' },
  elements: {
    value: 2 ** 27,
    unit: 'elements',
    why: 'of one float tensor: 1 GiB as 64-bit numbers',
  },
  nesting: { value: 8, unit: 'messages', why: 'inside one another in a float model' },
  samples: { value: 65_536, unit: 'samples', why: 'of calibration; each is one run of the model' },
  labels: { value: 4_096, unit: 'labels', why: 'of classes, written into the model' },
  labelBytes: { value: 256, unit: 'bytes', why: 'of one label' },
} as const satisfies Limits
