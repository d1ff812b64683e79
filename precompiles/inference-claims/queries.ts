/** What contracts and clients ask of claims. */
import { toBigInt } from '#base'

import { method } from '../contract.ts'
import { pageOf } from '../page.ts'
import { PrecompileRevert } from '../plugin.ts'
import { claimId, countSlot } from './claims.ts'
import { gasTable } from './gas.ts'
import { limits } from './limits.ts'
import { ClaimRecord } from './record.ts'

const id = ['bytes32', 'id'] as const
const gas = (): number => gasTable.call

export const claimOf = method({
  name: 'claimOf',
  mutability: 'view',
  inputs: [id],
  outputs: [
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
  gas,
  run(view, of) {
    const claim = new ClaimRecord(view, of)
    const { status, open, challenges, since } = claim.head()
    const { model, claimant, bond, traceTop, inputHash, outputHash } = claim
    const words = [model, claimant, bond, traceTop, inputHash, outputHash] as const
    const counts = [BigInt(open), BigInt(challenges)] as const
    return [BigInt(status), ...words, ...counts, since.timestamp, since.height]
  },
})

export const challengeOf = method({
  name: 'challengeOf',
  mutability: 'view',
  inputs: [id, ['uint64', 'number']],
  outputs: [
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
  gas,
  run(view, of, which) {
    const record = new ClaimRecord(view, of).challenge(which)
    const { status, turn, level, index, since } = record.head()
    const place = [BigInt(status), BigInt(turn), BigInt(level), BigInt(index)] as const
    const words = [record.hash, record.challenger, record.bond] as const
    return [...place, ...words, since.timestamp, since.height]
  },
})

export const count = method({
  name: 'count',
  mutability: 'view',
  inputs: [],
  outputs: [['uint64', 'made']],
  gas,
  run: (view) => [toBigInt(view.get(countSlot))],
})

export const list = method({
  name: 'list',
  mutability: 'view',
  inputs: [
    ['uint64', 'start'],
    ['uint64', 'most'],
  ],
  outputs: [['bytes32[]', 'ids']],
  gas,
  run(view, start, most) {
    if (most > BigInt(limits.listed.value)) throw new PrecompileRevert('claims: page too long')
    const all = toBigInt(view.get(countSlot))
    const ids = pageOf(start, most, all).map((place) => claimId(place))
    view.charge(BigInt(gasTable.hash * ids.length))
    return [ids]
  },
})
