import type { Limits } from '#base'

export const limits = {
  documentLength: {
    value: 33_554_432,
    unit: 'characters',
    why: 'The document is held in memory whole while it is parsed.',
  },
  accounts: {
    value: 100_000,
    unit: 'accounts',
    why: 'The allocation is one batch of the store; larger ones belong into a claim contract.',
  },
  storageSlots: {
    value: 100_000,
    unit: 'slots of one account',
    why: 'As for accounts.',
  },
  codeBytes: {
    value: 24_576,
    unit: 'bytes',
    why: 'EIP-170: what no transaction could deploy, the genesis does not either.',
  },
  precompiles: {
    value: 256,
    unit: 'schedule entries',
    why: 'The active set is read before every block.',
  },
  validators: {
    value: 128,
    unit: 'validators',
    why: 'Every round costs each validator one verification per member of the committee.',
  },
  curvePoints: {
    value: 4,
    unit: 'points',
    why: 'The curve is one word of VePars.',
  },
  blockGas: {
    value: 75_000_000,
    unit: 'gas',
    why: 'At 0.111 bytes per gas, the most an ML-DSA-87 transaction packs, a block stays within the 8 MiB of EIP-7934.',
  },
  nameLength: {
    value: 64,
    unit: 'characters',
    why: 'Names are shown in one line.',
  },
  reportedProblems: {
    value: 20,
    unit: 'problems',
    why: 'One broken generator repeats one mistake for every account.',
  },
} as const satisfies Limits
