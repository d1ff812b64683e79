import type { Limits } from '#base'

export const limits = {
  attestationBytes: {
    value: 8192,
    unit: 'bytes of a proof for each attester who has to sign',
    why: 'a signature and a key of ML-DSA-87 with the way to the root are 7,600; proofs are decoded whole',
  },
  attesters: {
    value: 1024,
    unit: 'accounts of one group',
    why: 'the way from one of them to the root is ten hashes; few have to sign',
  },
} as const satisfies Limits
