/** What contracts and clients ask of claims. */
import { toBigInt } from '#base'

import { method } from '../contract.ts'
import { pageOf } from '../page.ts'
import { PrecompileRevert } from '../plugin.ts'
import { claimId, countSlot } from './claims.ts'
import { gasTable } from './gas.ts'
import { limits } from './limits.ts'
import * as questions from './questions.ts'
import { ClaimRecord } from './record.ts'

const gas = (): number => gasTable.call

export const claimOf = method({
  ...questions.claimOf,
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
  ...questions.challengeOf,
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
  ...questions.count,
  gas,
  run: (view) => [toBigInt(view.get(countSlot))],
})

export const list = method({
  ...questions.list,
  gas,
  run(view, start, most) {
    if (most > BigInt(limits.listed.value)) throw new PrecompileRevert('claims: page too long')
    const all = toBigInt(view.get(countSlot))
    const ids = pageOf(start, most, all).map((place) => claimId(place))
    view.charge(BigInt(gasTable.hash * ids.length))
    return [ids]
  },
})
