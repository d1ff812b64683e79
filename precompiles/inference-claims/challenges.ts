/** One challenge: a bisection of the claimed trace down to a leaf, which is then proven right or not. */
import { concat, isFault } from '#base'
import { sha3_256 } from '#crypto'
import { below, foldReveal, stepCost, stride, traceSize, verifyStep } from '#inference'

import { method } from '../contract.ts'
import { ModelRecord } from '../models/record.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { claimable, demand, demandCaller } from './claims.ts'
import { challenged, chosen, decided, revealed } from './events.ts'
import { gasTable, stepGas, wordsGas } from './gas.ts'
import {
  type ChallengeHead,
  type ChallengeRecord,
  challengeStatuses,
  ClaimRecord,
  claimStatuses,
  isOver,
  momentIn,
  turns,
} from './record.ts'

const id = ['bytes32', 'id'] as const
const number = ['uint64', 'number'] as const
const gas = (): number => gasTable.call
const moveGas = (input: Uint8Array): number =>
  gasTable.call + Number(wordsGas(gasTable.moveWord, input.length))
/** Of one step down. */
const mostHashes = 16

export const challenge = method({
  name: 'challenge',
  mutability: 'payable',
  inputs: [id],
  outputs: [number],
  gas,
  run(view, of) {
    const record = new ClaimRecord(view, of)
    const head = record.head()
    demand(head.status === claimStatuses.open, 'the claim is not open')
    const model = new ModelRecord(view, record.model)
    const { windowSeconds, windowBlocks } = model.terms
    const window = { seconds: windowSeconds, blocks: windowBlocks }
    demand(!isOver(head.since, view, window), 'the window is over')
    demand(view.value >= model.bond && view.value > 0n, 'the bond is too small')
    const level = traceSize(claimable(view, model)).depth
    const challenges = head.challenges + 1
    record.putHead({ ...head, open: head.open + 1, challenges })
    const made = record.challenge(BigInt(challenges))
    const turn = level === 0 ? turns.prove : turns.reveal
    const status = challengeStatuses.open
    made.putHead({ status, turn, level, index: 0, since: momentIn(view) })
    made.challenger = view.caller
    made.bond = view.value
    made.hash = record.traceTop
    challenged.emit(view, [of, BigInt(challenges), view.caller], [])
    return [BigInt(challenges)]
  },
})

export const reveal = method({
  name: 'reveal',
  mutability: 'nonpayable',
  inputs: [id, number, ['bytes32[]', 'hashes']],
  outputs: [],
  gas: moveGas,
  run(view, of, which, hashes) {
    const { claim, record, head } = underway(view, of, which)
    demand(head.turn === turns.reveal, 'nothing is to be revealed now')
    demandCaller(view, claim.claimant, 'claimant')
    demand(hashes.length === 2 ** stride(head.level), 'number of hashes')
    view.charge(BigInt(gasTable.hash * hashes.length))
    demand(foldReveal(head.level, hashes).toHex() === record.hash.toHex(), 'other hashes')
    record.putHead({ ...head, turn: turns.choose, since: momentIn(view) })
    record.hash = sha3_256(concat(...hashes))
    revealed.emit(view, [of, which], [hashes])
    return []
  },
})

export const choose = method({
  name: 'choose',
  mutability: 'nonpayable',
  inputs: [id, number, ['bytes32[]', 'hashes'], ['uint64', 'place']],
  outputs: [],
  gas: moveGas,
  run(view, of, which, hashes, place) {
    const { record, head } = underway(view, of, which)
    demand(head.turn === turns.choose, 'nothing is to be chosen now')
    demandCaller(view, record.challenger, 'challenger')
    demand(hashes.length <= mostHashes, 'number of hashes')
    demand(sha3_256(concat(...hashes)).toHex() === record.hash.toHex(), 'other hashes')
    const hash = hashes[Number(place)]
    if (hash === undefined) throw new PrecompileRevert('claims: no such place')
    const { level, index } = below(head, Number(place))
    const turn = level === 0 ? turns.prove : turns.reveal
    record.putHead({ ...head, turn, level, index, since: momentIn(view) })
    record.hash = hash
    chosen.emit(view, [of, which], [BigInt(level), BigInt(index), hash])
    return []
  },
})

export const prove = method({
  name: 'prove',
  mutability: 'nonpayable',
  inputs: [id, number, ['bytes', 'openings']],
  outputs: [['bool', 'right']],
  gas: (input) => gasTable.call + Number(wordsGas(gasTable.openedWord, input.length)),
  run(view, of, which, openings) {
    const { claim, record, head } = underway(view, of, which)
    demand(head.turn === turns.prove, 'nothing is to be proven now')
    const program = claimable(view, new ModelRecord(view, claim.model))
    view.charge(BigInt(stepGas(stepCost(program, head.index))))
    const step = { leaf: head.index, leafHash: record.hash, traceRoot: claim.traceTop }
    const isRight = opens(() =>
      verifyStep(program, { ...step, inputRoot: claim.inputRoot }, openings),
    )
    decide(view, { claim, record, head, which }, !isRight)
    return [isRight]
  },
})

export const timeout = method({
  name: 'timeout',
  mutability: 'nonpayable',
  inputs: [id, number],
  outputs: [],
  gas,
  run(view, of, which) {
    const { claim, record, head } = underway(view, of, which)
    const { turnSeconds, turnBlocks } = new ModelRecord(view, claim.model).terms
    const length = { seconds: turnSeconds, blocks: turnBlocks }
    demand(isOver(head.since, view, length), 'the turn is not over')
    decide(view, { claim, record, head, which }, head.turn !== turns.choose)
    return []
  },
})

export const withdraw = method({
  name: 'withdraw',
  mutability: 'nonpayable',
  inputs: [id, number],
  outputs: [],
  gas,
  run(view, of, which) {
    const claim = new ClaimRecord(view, of)
    demand(claim.head().status === claimStatuses.refuted, 'the claim is not refuted')
    const record = claim.challenge(which)
    const head = record.head()
    demand(head.status === challengeStatuses.open, 'the challenge is decided')
    record.putHead({ ...head, status: challengeStatuses.refunded })
    view.pay(record.challenger, record.bond)
    return []
  },
})

interface Underway {
  readonly claim: ClaimRecord
  readonly record: ChallengeRecord
  readonly head: ChallengeHead
}

function underway(view: PrecompileView, of: Uint8Array, which: bigint): Underway {
  const claim = new ClaimRecord(view, of)
  demand(claim.head().status === claimStatuses.open, 'the claim is not open')
  const record = claim.challenge(which)
  const head = record.head()
  demand(head.status === challengeStatuses.open, 'the challenge is decided')
  return { claim, record, head }
}

/**
 * Ends a challenge. Of a refuted claim's bond its challenger has one half; the other half stays here
 * for ever, so that nobody can challenge himself for nothing. A lost challenger's bond is the
 * claimant's, whose claim stays as open to others as it was.
 */
function decide(
  view: PrecompileView,
  { claim, record, head, which }: Underway & { readonly which: bigint },
  isRefuted: boolean,
): void {
  const whole = claim.head()
  const status = isRefuted ? claimStatuses.refuted : whole.status
  claim.putHead({ ...whole, status, open: whole.open - 1 })
  const end = isRefuted ? challengeStatuses.won : challengeStatuses.lost
  record.putHead({ ...head, status: end })
  decided.emit(view, [claim.id, which], [isRefuted])
  if (isRefuted) view.pay(record.challenger, record.bond + claim.bond / 2n)
  else view.pay(claim.claimant, record.bond)
}

/** Openings that are not what the leaf needs prove nothing, and decide nothing. */
function opens(verify: () => boolean): boolean {
  try {
    return verify()
  } catch (error) {
    if (isFault(error) && error.code === 'INFERENCE_OPENING') {
      throw new PrecompileRevert('claims: not the openings of the leaf')
    }
    throw error
  }
}
