import type { Limits } from '#base'

export const limits = {
  tileElements: {
    value: 256,
    unit: 'elements of a leaf of the trace',
    why: 'one transaction proves a leaf, computing each element by its definition',
  },
  tileBytes: {
    value: 1_024,
    unit: 'bytes of a leaf of weights or inputs',
    why: 'a proof opens whole leaves',
  },
  stepBytes: {
    value: 49_152,
    unit: 'bytes of openings',
    why: 'leaves of the trace are cut so small that the proof of one opens no more, where they can be',
  },
  stepReads: {
    value: 131_072,
    unit: 'elements read',
    why: 'leaves of the trace are cut so small that the proof of one reads no more, where they can be',
  },
  stepHashes: {
    value: 8_192,
    unit: 'hashes',
    why: 'leaves of the trace are cut so small that the proof of one takes no more, where they can be',
  },
  elementBytes: {
    value: 122_880,
    unit: 'bytes of openings',
    why: 'the proof of a single element, with its envelope, fits a transaction of 131,072 bytes',
  },
  elementReads: {
    value: 262_144,
    unit: 'elements read',
    why: 'the proof of a single element takes less gas than a transaction may',
  },
  elementHashes: {
    value: 65_536,
    unit: 'hashes',
    why: 'the proof of a single element takes less gas than a transaction may',
  },
  traceLeaves: {
    value: 16_777_216,
    unit: 'leaves of a trace',
    why: 'a claimer and each watcher keep the hashes of all',
  },
  revealLevels: {
    value: 4,
    unit: 'levels of the trace in one step of a bisection',
    why: 'a reveal of 16 hashes is small beside the transaction that carries it',
  },
} as const satisfies Limits
