/** The vectors of what stands behind an answer. */
import { concat, type Hex, numberToHex, size, stringToHex, toRlp } from 'viem'

import type { VectorSequence, Vectors } from '#precompiles'

import { answersOf, runSlots, workGas } from './infer.ts'
import { Ledger } from './ledger.ts'
import { encode } from './model-abi.ts'
import { verifyPrices as prices } from './model-prices.ts'
import {
  claimed,
  classifier,
  idOf,
  leafOf,
  parentOf,
  registered,
  sha3,
  usualTerms,
  wordSlot,
} from './model-samples.ts'
import { hash, type Key, key, schemes, slot, word } from './oracle.ts'

const accounts = '0x0000000000000000000000000000000000000606'
const claims = '0x0000000000000000000000000000000000000305'
/** Of the conformance suite's default network. */
const networkId: Hex = `0x${'47'.repeat(32)}`

const { input, output } = answersOf(classifier)[0] ?? { input: '0x', output: '0x' }
const wrong: Hex = '0x0100000000000000'

interface Attester {
  readonly account: Hex
  readonly key: Key
}

/** In ascending order of their addresses. */
const group: readonly Attester[] = [key(0x44, 0x61), key(0x65, 0x62), key(0x87, 0x63)]
  .map((each) => ({ account: each.address, key: each }))
  .toSorted((a, b) => (a.account < b.account ? -1 : 1))
const leaves = group.map(({ account }) => leafOf(account))
const [first, second, third] = leaves as [Hex, Hex, Hex]
/** An odd node goes up as it is. */
const paths = [[second, third], [first, third], [parentOf(first, second)]]
const root = sha3('0x02', numberToHex(3, { size: 4 }), parentOf(parentOf(first, second), third))
const terms = { ...usualTerms, attesters: root, threshold: 2 }

/** As accounts.verify has it: over networkId ‖ hash. */
const attested = (id: Hex, answer: Hex): Hex =>
  sha3(stringToHex('pars/attestation/1'), id, sha3(input), sha3(answer))

interface Signing {
  readonly id?: Hex
  readonly answer?: Hex
  readonly network?: Hex
  readonly signers?: readonly Attester[]
  readonly count?: number
}

const integer = (value: number): Hex => (value === 0 ? '0x' : numberToHex(value))

function proofBy(places: readonly number[], signing: Signing = {}): Hex {
  const { id = idOf(classifier), answer = output, network = networkId } = signing
  const { signers = group, count = group.length } = signing
  const signed = places.map((place) => {
    const { account, key: by } = signers[place] ?? { account: '0x', key: key(0x44, 1) }
    const signature = by.sign(concat([network, attested(id, answer)]), 'pars-712-v1')
    const path = paths[place] ?? []
    return [integer(place), account, integer(by.mode), by.publicKey, signature, path]
  })
  return toRlp([integer(count), ...signed] as Parameters<typeof toRlp>[0])
}

function callGas(name: string, args: readonly unknown[]): number {
  return prices.call + prices.word * Math.ceil(size(encode(name, args)) / 32)
}

interface Question {
  readonly note: string
  readonly proof: Hex
  readonly answer?: Hex
  readonly minimum?: number
  readonly tier: number
  /** Whose signatures are verified. */
  readonly verified?: readonly Attester[]
}

function ask(ledger: Ledger, question: Question): void {
  const { note, proof, answer = output, minimum = 0, tier, verified = [] } = question
  const id = idOf(classifier)
  const args = [id, input, answer, minimum, proof]
  const gas = verified.reduce(
    (sum, { key: { mode } }) => sum + prices.attestation + schemes[mode].verifyGas,
    callGas('verify', args) + prices.proofByte * size(proof),
  )
  ledger.returns({ note, name: 'verify', args, gas }, [tier], (steps) =>
    steps
      .read(wordSlot(id, 0), wordSlot(id, 5), wordSlot(id, 6))
      .read(...verified.map(({ account }) => slot(account, 0))),
  )
}

const of = (...places: readonly number[]): Attester[] => places.flatMap((at) => group[at] ?? [])

function attestedStory(): VectorSequence {
  const ledger = new Ledger()
  ask(ledger, { note: 'two of three', proof: proofBy([0, 2]), tier: 1, verified: of(0, 2) })
  ask(ledger, { note: 'all', proof: proofBy([0, 1, 2]), tier: 1, verified: of(0, 1, 2) })
  const low = { proof: proofBy([0, 1]), minimum: 2, tier: 0, verified: of(0, 1) }
  ask(ledger, { note: 'where more is wanted', ...low })
  ask(ledger, { note: 'one', proof: proofBy([1]), tier: 0 })
  ask(ledger, { note: 'one twice', proof: proofBy([1, 1]), tier: 0, verified: of(1) })
  ask(ledger, { note: 'out of order', proof: proofBy([2, 0]), tier: 0, verified: of(2) })
  ask(ledger, { note: 'of another number', proof: proofBy([0, 1], { count: 4 }), tier: 0 })
  const other = { proof: proofBy([0, 1]), answer: wrong, tier: 0, verified: of(0) }
  ask(ledger, { note: 'of another answer', ...other })
  const elsewhere = proofBy([0, 1], { network: word(1) })
  ask(ledger, { note: 'on another network', proof: elsewhere, tier: 0, verified: of(0) })
  for (const proof of ['0x00', '0xc0', '0x80', '0xffffffff'] as const) {
    ask(ledger, { note: `no proof: ${proof}`, proof, tier: 0 })
  }
  return {
    note: 'attested by the model’s attesters',
    given: registered({ sample: classifier, terms }),
    calls: ledger.calls,
  }
}

/** The first attester's account has another key now. */
function rotatedStory(): VectorSequence {
  const ledger = new Ledger()
  const newKey = key(0x44, 0x64)
  const signers = group.with(0, { account: group[0]?.account ?? '0x', key: newKey })
  const [old, now] = [group.slice(0, 1), signers.slice(0, 2)]
  ask(ledger, { note: 'by the old key', proof: proofBy([0, 1]), tier: 0, verified: old })
  const proof = proofBy([0, 1], { signers })
  ask(ledger, { note: 'by the new key', proof, tier: 1, verified: now })
  const { slots, blobs } = registered({ sample: classifier, terms })
  const rotated = { slot: slot(now[0]?.account ?? '0x', 0), word: newKey.keyHash }
  const given = { slots: { ...slots, [accounts]: [rotated] }, blobs }
  return { note: 'a rotated key', given, calls: ledger.calls }
}

function executedStory(): VectorSequence {
  const ledger = new Ledger()
  const id = idOf(classifier)
  const asked = (note: string, answer: Hex, minimum: number, tier: number): void => {
    const args = [id, input, answer, minimum, '0x']
    const gas = callGas('verify', args) + workGas(classifier)
    ledger.returns({ note, name: 'verify', args, gas }, [tier], (steps) =>
      steps.read(wordSlot(id, 0), ...runSlots(classifier)),
    )
  }
  asked('the answer', output, 0, 3)
  asked('the answer, where the highest tier is wanted', output, 3, 3)
  asked('more than there is', output, 4, 0)
  asked('another answer', wrong, 0, 0)
  asked('no answer', '0x', 0, 0)
  const args = [id, input, output]
  const gas = callGas('attestationHash', args)
  const hashing = { note: 'what attesters sign', name: 'attestationHash', args, gas }
  ledger.returns(hashing, [attested(id, output)])
  for (const [threshold, holds] of [
    [2, true],
    [3, false],
    [0, false],
  ] as const) {
    const proof = proofBy([0, 1])
    const named = [...args, root, threshold, proof]
    const count = holds ? 2 : 0
    const verified = group.slice(0, count)
    const signing = verified.reduce(
      (sum, by) => sum + prices.attestation + schemes[by.key.mode].verifyGas,
      prices.proofByte * size(proof),
    )
    const name = 'verifyAttested'
    const whole = { note: `${threshold} whom the caller names`, name, args: named }
    ledger.returns({ ...whole, gas: callGas(name, named) + signing }, [holds], (steps) =>
      steps.read(wordSlot(id, 0), ...verified.map(({ account }) => slot(account, 0))),
    )
  }
  const given = registered({ sample: classifier })
  return { note: 'executed, and attested by whom the caller names', given, calls: ledger.calls }
}

function optimisticStory(): VectorSequence {
  const ledger = new Ledger()
  const id = idOf(claimed)
  const settled = (answer: Hex): Hex =>
    hash(stringToHex('pars/claims/settled'), id, sha3(input), sha3(answer))
  const claim = word(77)
  for (const [note, answer, minimum, tier] of [
    ['a settled claim', output, 2, 2],
    ['where more is wanted', output, 3, 0],
    ['no claim', wrong, 0, 0],
  ] as const) {
    const args = [id, input, answer, minimum, '0x']
    const asked = { note, name: 'verify', args, gas: callGas('verify', args) }
    ledger.returns(asked, [tier], (steps) => steps.read(wordSlot(id, 0), settled(answer)))
  }
  for (const [note, answer, found] of [
    ['the claim', output, claim],
    ['none', wrong, word(0)],
  ] as const) {
    const args = [id, sha3(input), sha3(answer)]
    const asked = { note, name: 'settledClaim', args, gas: callGas('settledClaim', args) }
    ledger.returns(asked, [found], (steps) => steps.read(settled(answer)))
  }
  const nobody = [word(5), input, output, 0, '0x']
  const unknown = { note: 'an unknown model', name: 'verify', args: nobody }
  ledger.reverts({ ...unknown, gas: callGas('verify', nobody) }, 'models: unknown model', (steps) =>
    steps.read(wordSlot(word(5), 0)),
  )
  const { slots, blobs } = registered({ sample: claimed })
  const given = { slots: { ...slots, [claims]: [{ slot: settled(output), word: claim }] }, blobs }
  return { note: 'claimed and settled', given, calls: ledger.calls }
}

export function verifyInferenceVectors(): Vectors {
  return {
    provenance:
      'Outputs by onnxruntime-node 1.30.0, hashes by node:crypto and @noble/hashes 2.4.0, signatures by ' +
      '@noble/post-quantum 0.7.1, call data and RLP by viem 2.57.1, gas added up by hand; made by ' +
      'scripts/vectors.ts.',
    sequences: [executedStory(), attestedStory(), rotatedStory(), optimisticStory()],
  }
}
