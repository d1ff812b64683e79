import type { Limits } from '#base'

export const limits = {
  transactionBytes: {
    value: 131_072,
    unit: 'bytes',
    why: 'One encoding with its type byte: 64 of them fill the 8 MiB that a block may have.',
  },
  transactionNesting: {
    value: 4,
    unit: 'lists',
    why: 'The access list holds entries that hold slots; nothing nests deeper.',
  },
  transactionGas: {
    value: 16_777_216,
    unit: 'gas',
    why: 'EIP-7825: one transaction never takes a whole block.',
  },
  initcodeBytes: {
    value: 49_152,
    unit: 'bytes',
    why: 'EIP-3860: the jump destinations of initcode are found before it runs.',
  },
} as const satisfies Limits
