import type { Limits } from '#base'

export const limits = {
  inferModelBytes: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'a model that runs in a block travels in transactions and is parsed in a block',
  },
  inferMacs: {
    value: 67_108_864,
    unit: 'multiplications',
    why: 'a block waits for an inference',
  },
  inferElements: {
    value: 16_777_216,
    unit: 'elements of all operators',
    why: 'a block waits for an inference',
  },
  inferPeakBytes: {
    value: 134_217_728,
    unit: 'bytes',
    why: 'each thread that executes blocks may run an inference',
  },
  claimModelBytes: {
    value: 16_777_216,
    unit: 'bytes',
    why: 'a model is parsed as a whole; weights above this are named by root',
  },
  claimMacs: {
    value: 68_719_476_736,
    unit: 'multiplications',
    why: 'a watcher repeats what is claimed',
  },
  claimElements: {
    value: 4_294_967_296,
    unit: 'elements of all operators',
    why: 'a watcher repeats what is claimed',
  },
  claimPeakBytes: {
    value: 4_294_967_296,
    unit: 'bytes',
    why: 'a watcher holds the values of a claimed inference',
  },
  nodes: {
    value: 1_024,
    unit: 'nodes',
    why: 'names, types and bounds of each are kept',
  },
  initializers: {
    value: 4_096,
    unit: 'initializers',
    why: 'names, types and bounds of each are kept',
  },
  values: {
    value: 16_384,
    unit: 'inputs, initializers and outputs of nodes',
    why: 'names, types and bounds of each are kept',
  },
  graphValues: {
    value: 64,
    unit: 'inputs, or outputs',
    why: 'each is cut out of the input or joined to the output',
  },
  nodeValues: {
    value: 256,
    unit: 'inputs, or outputs, of a node',
    why: 'Concat, Split, Max and Min take any number',
  },
  nodeAttributes: {
    value: 16,
    unit: 'attributes of a node',
    why: 'no operator has more',
  },
  attributeIntegers: {
    value: 1_024,
    unit: 'integers',
    why: 'lists in attributes are read before the operator judges them',
  },
  rank: {
    value: 6,
    unit: 'dimensions',
    why: 'loops over elements count one place per dimension',
  },
  dimension: {
    value: 2_147_483_647,
    unit: 'elements along one axis',
    why: 'sizes are products of dimensions and stay exact',
  },
  tensorElements: {
    value: 16_777_216,
    unit: 'elements',
    why: 'a tensor is one array',
  },
  nameBytes: {
    value: 256,
    unit: 'bytes of UTF-8',
    why: 'names are kept and stand in faults',
  },
  metadata: {
    value: 256,
    unit: 'entries',
    why: 'metadata is handed to whoever asks for the model',
  },
  metadataBytes: {
    value: 65_536,
    unit: 'bytes of one entry',
    why: 'metadata is handed to whoever asks for the model',
  },
  poolWindow: {
    value: 1_048_576,
    unit: 'elements under a window of a pool',
    why: 'sums of as many elements of 32 bits are exact doubles',
  },
  shapeIntegers: {
    value: 1_024,
    unit: 'elements of a constant that states a shape',
    why: 'such constants are read at compilation',
  },
} as const satisfies Limits

/** What a model may cost. Whatever is not here has one limit for all. */
export interface ModelLimits {
  readonly modelBytes: number
  readonly macs: number
  readonly elements: number
  readonly peakBytes: number
}

/** For models that `infer` runs. */
export const inferLimits: ModelLimits = {
  modelBytes: limits.inferModelBytes.value,
  macs: limits.inferMacs.value,
  elements: limits.inferElements.value,
  peakBytes: limits.inferPeakBytes.value,
}

/** For models whose results are claimed. */
export const claimLimits: ModelLimits = {
  modelBytes: limits.claimModelBytes.value,
  macs: limits.claimMacs.value,
  elements: limits.claimElements.value,
  peakBytes: limits.claimPeakBytes.value,
}
