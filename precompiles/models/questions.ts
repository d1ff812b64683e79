/** The signatures of what contracts and clients ask of the registry. */
import { question } from '../reader.ts'

const id = ['bytes32', 'id'] as const

export const model = question(
  'model',
  [id],
  [
    ['uint8', 'status'],
    ['uint8', 'kind'],
    ['uint64', 'runtime'],
    ['uint64', 'size'],
    ['uint64', 'version'],
    ['address', 'owner'],
    ['bytes32', 'hash'],
  ],
)

export const costOf = question(
  'costOf',
  [id],
  [
    ['uint64', 'macs'],
    ['uint64', 'elements'],
    ['uint64', 'inputBytes'],
    ['uint64', 'outputBytes'],
    ['uint64', 'activeFrom'],
  ],
)

export const terms = [
  ['uint64', 'windowSeconds'],
  ['uint64', 'windowBlocks'],
  ['uint64', 'turnSeconds'],
  ['uint64', 'turnBlocks'],
  ['uint256', 'bond'],
  ['bytes32', 'attesters'],
  ['uint64', 'threshold'],
] as const

export const termsOf = question('termsOf', [id], terms)

export const textsOf = question(
  'textsOf',
  [id],
  [
    ['string', 'name'],
    ['string', 'licence'],
    ['string', 'metadata'],
  ],
)

export const versionsOf = question(
  'versionsOf',
  [
    ['address', 'publisher'],
    ['string', 'name'],
  ],
  [['uint64', 'versions']],
)

export const idOf = question(
  'idOf',
  [
    ['address', 'publisher'],
    ['string', 'name'],
    ['uint64', 'version'],
  ],
  [id],
)

export const count = question('count', [], [['uint64', 'registered']])

export const list = question(
  'list',
  [
    ['uint64', 'start'],
    ['uint64', 'most'],
  ],
  [['bytes32[]', 'ids']],
)
