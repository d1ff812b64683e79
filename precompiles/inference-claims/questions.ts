/** The signatures of what contracts and clients ask of claims. */
import { question } from '../reader.ts'

const id = ['bytes32', 'id'] as const

export const claimOf = question(
  'claimOf',
  [id],
  [
    ['uint8', 'status'],
    ['bytes32', 'model'],
    ['address', 'claimant'],
    ['uint256', 'bond'],
    ['bytes32', 'traceTop'],
    ['bytes32', 'inputHash'],
    ['bytes32', 'outputHash'],
    ['uint64', 'open'],
    ['uint64', 'challenges'],
    ['uint64', 'timestamp'],
    ['uint64', 'height'],
  ],
)

export const challengeOf = question(
  'challengeOf',
  [id, ['uint64', 'number']],
  [
    ['uint8', 'status'],
    ['uint8', 'turn'],
    ['uint8', 'level'],
    ['uint64', 'index'],
    ['bytes32', 'hash'],
    ['address', 'challenger'],
    ['uint256', 'bond'],
    ['uint64', 'timestamp'],
    ['uint64', 'height'],
  ],
)

export const count = question('count', [], [['uint64', 'made']])

export const list = question(
  'list',
  [
    ['uint64', 'start'],
    ['uint64', 'most'],
  ],
  [['bytes32[]', 'ids']],
)
