import type { Limits } from '#base'

export const limits = {
  approvals: {
    value: 16,
    unit: 'requests',
    why: 'of a page that wait for the person at the wallet; more are refused with SDK_WALLET_BUSY',
  },
  typedDataTypes: {
    value: 128,
    unit: 'types',
    why: 'of one typed data to sign (EIP-712)',
  },
  typedDataTypeText: {
    value: 32_768,
    unit: 'characters',
    why: 'that describe the types of one typed data: each is hashed with all that it is made of',
  },
} as const satisfies Limits
