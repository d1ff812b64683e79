/** The vectors of claims and of the disputes about them. */
import type { Hex } from 'viem'

import type { VectorSequence, Vectors } from '#precompiles'

import {
  bond,
  claimGas,
  claimId,
  claimReads,
  countSlot,
  Dispute,
  ends,
  model,
  moveGas,
  start,
  terms,
  turns,
} from './claim-dispute.ts'
import { input } from './claim-trace.ts'
import { type Arguments, encode } from './model-abi.ts'
import { claimPrices as prices } from './model-prices.ts'
import {
  claimed,
  classifier,
  idOf,
  publisher,
  registered,
  sha3,
  wordSlot,
} from './model-samples.ts'
import { word } from './oracle.ts'

const bob: Hex = `0x${'bb'.repeat(20)}`
const carol: Hex = `0x${'cc'.repeat(20)}`
/** Enough for the first class to win. */
const lie = 1_000_000
const { call } = prices

function sequence(note: string, { ledger }: Dispute): VectorSequence {
  const given = registered({ sample: claimed, terms }, { sample: classifier, terms })
  return { note, given, calls: ledger.calls }
}

function showClaim(dispute: Dispute, status: number, open: number, challenges: number): void {
  const { output, top } = dispute.trace
  const head = [status, model, publisher, bond, top, sha3(input), sha3(output)]
  const slots = [0, 1, 2, 3, 4, 6, 7].map((place) => dispute.claimWord(place))
  dispute.ledger.returns(
    { note: 'the claim', name: 'claimOf', args: [dispute.id], gas: call },
    [...head, open, challenges, start, 1],
    (steps) => steps.read(...slots),
  )
}

function showChallenge(dispute: Dispute, number: number, result: Arguments): void {
  const slots = [0, 1, 2, 3].map((place) => dispute.challengeWord(number, place))
  dispute.ledger.returns(
    { note: 'the challenge', name: 'challengeOf', args: [dispute.id, number], gas: call },
    result,
    (steps) => steps.read(...slots),
  )
}

/** A lie in the first output of the first node, found and proven. */
function falseClaim(): VectorSequence {
  const dispute = new Dispute(lie)
  const { ledger, trace } = dispute
  ledger.returns({ note: 'none yet', name: 'count', gas: call }, [0], (steps) =>
    steps.read(countSlot),
  )
  dispute.claim()
  const first = dispute.challenge(bob, start + 10)
  const second = dispute.challenge(carol, start + 11)
  showClaim(dispute, 1, 2, 2)
  dispute.reveal(first, start + 20)
  showChallenge(dispute, first, [
    ends.open,
    turns.choose,
    2,
    0,
    sha3(...trace.hashes),
    bob,
    bond,
    start + 20,
    1,
  ])
  dispute.choose(first, 0, bob, start + 30)
  dispute.prove(first, 0, false, bob, start + 30)
  dispute.withdraw(second, carol, start + 11)
  showClaim(dispute, 3, 1, 2)
  const over = 'claims: the claim is not open'
  const settling = { note: 'refuted for good', name: 'settle', args: [dispute.id], gas: call }
  ledger.reverts(settling, over, (steps) => steps.read(dispute.claimWord(0)))
  return sequence('a false claim falls', dispute)
}

/** Against one challenger who was shown to be wrong, and one who did not go on. */
function trueClaim(): VectorSequence {
  const dispute = new Dispute(0)
  const { ledger } = dispute
  dispute.claim()
  const first = dispute.challenge(bob, start + 10)
  dispute.reveal(first, start + 20)
  dispute.choose(first, 1, bob, start + 30)
  const bad = dispute.proving(first, 1, dispute.trace.openings[0], 'openings of another leaf')
  ledger.reverts(bad, 'claims: not the openings of the leaf', (steps) =>
    dispute.proofReads(steps, first),
  )
  dispute.prove(first, 1, true, bob, start + 30)
  const second = dispute.challenge(carol, start + 100)
  dispute.reveal(second, start + 110)
  const hurried = {
    note: 'a second too early',
    name: 'timeout',
    args: [dispute.id, second],
    context: { timestamp: start + 110 + terms.turnSeconds - 1 },
    gas: call,
  }
  ledger.reverts(hurried, 'claims: the turn is not over', (steps) =>
    dispute.timeReads(steps, second),
  )
  dispute.timeout(second, turns.choose, carol, start + 110)
  const early = { timestamp: start + terms.windowSeconds - 1 }
  const settling = { note: 'a second too early', name: 'settle', args: [dispute.id], gas: call }
  ledger.reverts({ ...settling, context: early }, 'claims: the window is open', (steps) =>
    steps.read(dispute.claimWord(0), dispute.claimWord(1), wordSlot(model, 5)),
  )
  dispute.settle()
  showClaim(dispute, 2, 0, 2)
  for (const [from, most, ids] of [
    [0, 100, [dispute.id]],
    [1, 100, []],
  ] as const) {
    const asked = { note: `from ${from}`, name: 'list', args: [from, most] }
    ledger.returns({ ...asked, gas: call + prices.hash * ids.length }, [ids], (steps) =>
      steps.read(countSlot),
    )
  }
  ledger.reverts(
    { note: 'too many', name: 'list', args: [0, 101], gas: call },
    'claims: page too long',
  )
  return sequence('a true claim stands', dispute)
}

function absentClaimant(): VectorSequence {
  const dispute = new Dispute(0)
  dispute.claim()
  const number = dispute.challenge(bob, start + 10)
  dispute.timeout(number, turns.reveal, bob, start + 10)
  return sequence('a claimant who does not answer', dispute)
}

const claiming = (note: string, args: Arguments, value = bond) => ({
  note,
  name: 'claim',
  args,
  context: { value },
  gas: claimGas(args),
})

function refusedClaims(): VectorSequence {
  const dispute = new Dispute(0)
  const { ledger, claimArguments: whole } = dispute
  for (const [note, args, why] of [
    [
      'another output',
      whole.with(2, `0x07${'00'.repeat(7)}`),
      'the output is not that of the trace',
    ],
    ['another top', whole.with(3, word(1)), 'the output is not that of the trace'],
    ['no binding', whole.with(4, '0x'), 'the output is not that of the trace'],
  ] as const) {
    ledger.reverts(claiming(note, args), `claims: ${why}`, (steps) => steps.read(...claimReads))
  }
  for (const [note, args, why] of [
    ['a byte of input too few', whole.with(1, input.slice(0, -2)), 'not an input of the model'],
    [
      'a byte of output too many',
      whole.with(2, `0x${'00'.repeat(9)}`),
      'not an output of the model',
    ],
  ] as const) {
    const asked = { ...claiming(note, args), gas: call }
    ledger.reverts(asked, `claims: ${why}`, (steps) => steps.read(...claimReads.slice(0, 3)))
  }
  const small = { ...claiming('a small bond', whole, bond - 1), gas: call }
  ledger.reverts(small, 'claims: the bond is too small', (steps) =>
    steps.read(...claimReads.slice(0, 2)),
  )
  const unknown = { ...claiming('an unknown model', whole.with(0, word(5))), gas: call }
  ledger.reverts(unknown, 'models: unknown model', (steps) => steps.read(wordSlot(word(5), 0)))
  const runs = { ...claiming('a model that runs', whole.with(0, idOf(classifier))), gas: call }
  ledger.reverts(runs, 'claims: the model runs: ask 0x0303', (steps) =>
    steps.read(...[0, 7, 2, 0].map((place) => wordSlot(idOf(classifier), place))),
  )
  ledger.halts('a claim in a static call', encode('claim', whole), { isStatic: true, value: bond })
  ledger.halts('value to what takes none', encode('settle', [claimId(1)]), { value: 1 })
  ledger.halts('an unknown selector', '0x01020304')
  return sequence('what is no claim', dispute)
}

function refusedMoves(): VectorSequence {
  const dispute = new Dispute(0)
  const { ledger, id, trace } = dispute
  const { hashes } = trace
  dispute.claim()
  const number = dispute.challenge(bob, start + 10)
  const reads = [dispute.claimWord(0), dispute.challengeWord(number, 0)]
  const refuse = (
    why: string,
    move: { readonly name: 'choose' | 'reveal'; readonly rest: Arguments; readonly caller?: Hex },
    more: readonly Hex[] = [],
    hashed = 0,
  ): void => {
    const { name, rest, caller } = move
    const context = caller === undefined ? {} : { context: { caller } }
    const args = [id, number, ...rest]
    const gas = moveGas(name, args) + prices.hash * hashed
    const asked = { note: why, name, args, ...context, gas }
    ledger.reverts(asked, `claims: ${why}`, (steps) => steps.read(...reads, ...more))
  }
  const claimant = dispute.claimWord(2)
  const question = dispute.challengeWord(number, 3)
  refuse('nothing is to be chosen now', { name: 'choose', rest: [hashes, 0], caller: bob })
  refuse('only the claimant may', { name: 'reveal', rest: [hashes], caller: bob }, [claimant])
  refuse('number of hashes', { name: 'reveal', rest: [hashes.slice(1)] }, [claimant])
  const others = { name: 'reveal', rest: [hashes.with(0, word(1))] } as const
  refuse('other hashes', others, [claimant, question], hashes.length)
  dispute.reveal(number, start + 20)
  refuse('nothing is to be revealed now', { name: 'reveal', rest: [hashes] })
  const challenger = dispute.challengeWord(number, 1)
  refuse('only the challenger may', { name: 'choose', rest: [hashes, 0] }, [challenger])
  const choosing = { name: 'choose', rest: [hashes, 4], caller: bob } as const
  refuse('no such place', choosing, [challenger, question])
  const turned = { name: 'choose', rest: [hashes.toReversed(), 0], caller: bob } as const
  refuse('other hashes', turned, [challenger, question])
  const early = { note: 'not refuted', name: 'withdraw', args: [id, number], gas: call }
  ledger.reverts(early, 'claims: the claim is not refuted', (steps) =>
    steps.read(dispute.claimWord(0)),
  )
  return sequence('moves out of turn', dispute)
}

export function inferenceClaimsVectors(): Vectors {
  return {
    provenance:
      'Traces and trees computed by hand from PIP-0009, SHA3-256 by node:crypto, Keccak by ' +
      '@noble/hashes 2.4.0, call data and logs by viem 2.57.1, gas added up by hand; made by ' +
      'scripts/vectors.ts.',
    sequences: [falseClaim(), trueClaim(), absentClaimant(), refusedClaims(), refusedMoves()],
  }
}
