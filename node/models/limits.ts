import type { Limits } from '#base'

export const limits = {
  fileBytes: {
    value: 1_073_741_824,
    unit: 'bytes',
    why: 'of a model, its weights or samples, held in memory whole',
  },
  inlineBytes: {
    value: 4096,
    unit: 'bytes',
    why: 'of a constant: larger ones are named by their root where a model is committed to',
  },
  lanes: {
    value: 4,
    unit: 'chunks on their way at once',
    why: 'as many as fill a block: the storing of one takes a quarter of it',
  },
  runTime: {
    value: 120_000,
    unit: 'milliseconds',
    why: 'of one inference by onnxruntime, loading included: a native library may never end',
  },
  runMemory: {
    value: 4_294_967_296,
    unit: 'bytes',
    why: 'of the process that onnxruntime runs in: a small model can ask for any amount',
  },
  runOutput: {
    value: 67_108_864,
    unit: 'bytes',
    why: 'of the outputs that onnxruntime hands over, copied between processes',
  },
  pollTime: {
    value: 1000,
    unit: 'milliseconds',
    why: 'between two looks at a claim: turns last longer than blocks',
  },
  witnesses: {
    value: 4,
    unit: 'inferences with all their values',
    why: 'that a watcher keeps for disputes that go on; others are computed again',
  },
} as const satisfies Limits
