/** The moves of a dispute about the model `claimed`, with what each reads, writes and pays. */
import { concat, type Hex, numberToHex, pad, size, stringToHex } from 'viem'

import type { VectorContext } from '#precompiles'

import { input, inputRoot, type Trace, traceOf } from './claim-trace.ts'
import { type Asked, Ledger, type Steps } from './ledger.ts'
import { type Arguments, encode, event } from './model-abi.ts'
import { claimPrices as prices } from './model-prices.ts'
import {
  claimed,
  idOf,
  publisher,
  sha3,
  type Terms,
  usualTerms,
  wordSlot,
} from './model-samples.ts'
import { hash, word } from './oracle.ts'

export const start = 1_700_000_000
export const bond = 1_000_001
/** Vectors are of one block: times that end without blocks, which setTerms would not take. */
export const terms: Terms = {
  ...usualTerms,
  windowSeconds: 3600,
  windowBlocks: 0,
  turnSeconds: 60,
  turnBlocks: 0,
  bond,
}
export const model = idOf(claimed)
const modelWord = (place: number): Hex => wordSlot(model, place)

/** 0 reveals, 1 chooses, 2 proves. */
export const turns = { reveal: 0, choose: 1, prove: 2 } as const
export const ends = { open: 1, lost: 2, won: 3, refunded: 4 } as const

const loading = prices.byte * claimed.size + prices.part * claimed.parts
/** What loading the graph reads. */
const loaded = [0, 2, 3].map(modelWord)
/** By leaf: elements, reads and hashes; a trace may be 24 levels deep. */
const leafGas = [
  prices.element * 4 + prices.read * (4 * (8 + 8)) + prices.hash * (1 + 2 + 2),
  prices.element * 4 + prices.read * 4 + prices.hash * (1 + 2 + (1 + 2 * 23) + 24),
] as const

export const countSlot = hash(stringToHex('pars/claims/count'))
export const claimId = (place: number): Hex => sha3(stringToHex('pars/claim/1'), be(place, 8))

function be(value: number, bytes: number): Hex {
  return numberToHex(value, { size: bytes })
}

/** A claim's first word. */
function claimHead(status: number, open: number, challenges: number, since = start): Hex {
  return filled(be(status, 1), be(open, 4), be(challenges, 4), be(since, 8), be(1, 8))
}

/** A challenge's first word. */
function challengeHead(status: number, turn: number, level: number, since: number): Hex {
  return filled(be(status, 1), be(turn, 1), be(level, 1), be(0, 8), be(since, 8), be(1, 8))
}

function filled(...parts: readonly Hex[]): Hex {
  return pad(concat(parts), { dir: 'right', size: 32 })
}

export class Dispute {
  readonly ledger = new Ledger()
  readonly id = claimId(1)
  readonly trace: Trace
  /** Challenges that are not decided, and ever made. */
  #open = 0
  #made = 0

  constructor(error: number) {
    this.trace = traceOf(error)
  }

  claimWord(place: number): Hex {
    return hash(this.id, word(place))
  }

  challengeWord(number: number, place: number): Hex {
    return hash(hash(this.id, be(number, 8)), word(place))
  }

  get claimArguments(): Arguments {
    const { output, top, binding } = this.trace
    return [model, input, output, top, binding]
  }

  claim(): void {
    const { output, top } = this.trace
    const context = { value: bond, timestamp: start }
    const asked = { note: 'a claim', name: 'claim', args: this.claimArguments, context }
    const values = [
      model,
      word(BigInt(publisher)),
      word(bond),
      top,
      inputRoot,
      sha3(input),
      sha3(output),
    ]
    this.ledger.returns({ ...asked, gas: claimGas(this.claimArguments) }, [this.id], (steps) => {
      steps.read(...claimReads, countSlot).write(countSlot, word(1))
      steps.write(this.claimWord(0), claimHead(1, 0, 0))
      for (const [place, value] of values.entries()) steps.write(this.claimWord(place + 1), value)
      return steps.log(event('Claimed', [this.id, model, publisher, top, input, output]))
    })
  }

  /** @returns Its number. */
  challenge(caller: Hex, timestamp: number): number {
    const [number, open] = [++this.#made, ++this.#open]
    const asked = { note: `challenge ${number}`, name: 'challenge', args: [this.id] }
    const context = { caller, value: bond, timestamp }
    this.ledger.returns({ ...asked, context, gas: prices.call + loading }, [number], (steps) =>
      steps
        .read(this.claimWord(0), this.claimWord(1), modelWord(5), modelWord(7))
        .read(...loaded, this.claimWord(4))
        .write(this.claimWord(0), claimHead(1, open, number))
        .write(this.challengeWord(number, 0), challengeHead(ends.open, turns.reveal, 2, timestamp))
        .write(this.challengeWord(number, 1), word(BigInt(caller)))
        .write(this.challengeWord(number, 2), word(bond))
        .write(this.challengeWord(number, 3), this.trace.top)
        .log(event('Challenged', [this.id, number, caller])),
    )
    return number
  }

  reveal(number: number, timestamp: number): void {
    const { hashes } = this.trace
    const args = [this.id, number, hashes]
    const asked = { note: 'the hashes below', name: 'reveal', args, context: { timestamp } }
    this.ledger.returns(
      { ...asked, gas: moveGas('reveal', args) + prices.hash * hashes.length },
      [],
      (steps) =>
        this.#underway(steps, number)
          .read(this.claimWord(2), this.challengeWord(number, 3))
          .write(
            this.challengeWord(number, 0),
            challengeHead(ends.open, turns.choose, 2, timestamp),
          )
          .write(this.challengeWord(number, 3), sha3(...hashes))
          .log(event('Revealed', args)),
    )
  }

  /** The leaf at `place`. */
  choose(number: number, place: 0 | 1, caller: Hex, timestamp: number): void {
    const { hashes } = this.trace
    const args = [this.id, number, hashes, place]
    const asked = { note: `leaf ${place}`, name: 'choose', args, context: { caller, timestamp } }
    const head = challengeHeadAt(place, timestamp)
    this.ledger.returns({ ...asked, gas: moveGas('choose', args) }, [], (steps) =>
      this.#underway(steps, number)
        .read(this.challengeWord(number, 1), this.challengeWord(number, 3))
        .write(this.challengeWord(number, 0), head)
        .write(this.challengeWord(number, 3), hashes[place])
        .log(event('Chosen', [this.id, number, 0, place, hashes[place]])),
    )
  }

  /** @param since When the leaf was chosen. */
  prove(number: number, place: 0 | 1, right: boolean, challenger: Hex, since: number): void {
    const openings = this.trace.openings[place]
    const asked = this.proving(
      number,
      place,
      openings,
      `leaf ${place} is ${right ? 'right' : 'wrong'}`,
    )
    const head = challengeHeadAt(place, since, right ? ends.lost : ends.won)
    this.ledger.returns(asked, [right], (steps) =>
      this.#decided(this.proofReads(steps, number), number, { head, challenger, refuted: !right }),
    )
  }

  proving(number: number, place: 0 | 1, openings: Hex, note: string): Asked {
    const args = [this.id, number, openings]
    return { note, name: 'prove', args, gas: proofGas(args) + loading + leafGas[place] }
  }

  proofReads(steps: Steps, number: number): Steps {
    return this.#underway(steps, number)
      .read(this.claimWord(1), ...loaded)
      .read(this.challengeWord(number, 3), this.claimWord(4), this.claimWord(5))
  }

  /** Of the claimant, who did not reveal, unless `turn` is to choose. */
  timeout(number: number, turn: 0 | 1, challenger: Hex, since: number): void {
    const context = { timestamp: since + terms.turnSeconds }
    const refuted = turn === turns.reveal
    const asked = { note: 'a turn is over', name: 'timeout', args: [this.id, number], context }
    const head = challengeHead(refuted ? ends.won : ends.lost, turn, 2, since)
    this.ledger.returns({ ...asked, gas: prices.call }, [], (steps) =>
      this.#decided(this.timeReads(steps, number), number, { head, challenger, refuted }),
    )
  }

  timeReads(steps: Steps, number: number): Steps {
    return this.#underway(steps, number).read(this.claimWord(1), modelWord(5))
  }

  withdraw(number: number, challenger: Hex, since: number): void {
    const asked = {
      note: 'a bond goes back',
      name: 'withdraw',
      args: [this.id, number],
      gas: prices.call,
    }
    this.ledger.returns(asked, [], (steps) =>
      this.#underway(steps, number)
        .write(this.challengeWord(number, 0), challengeHead(ends.refunded, turns.reveal, 2, since))
        .read(this.challengeWord(number, 1), this.challengeWord(number, 2))
        .pay(challenger, bond),
    )
  }

  settle(): void {
    const context: VectorContext = { timestamp: start + terms.windowSeconds }
    const hashes = [sha3(input), sha3(this.trace.output)]
    const slot = hash(stringToHex('pars/claims/settled'), model, ...hashes)
    const asked = {
      note: 'the window is over',
      name: 'settle',
      args: [this.id],
      context,
      gas: 1000,
    }
    this.ledger.returns(asked, [], (steps) =>
      steps
        .read(this.claimWord(0), this.claimWord(1), modelWord(5))
        .write(this.claimWord(0), claimHead(2, this.#open, this.#made))
        .read(this.claimWord(6), this.claimWord(7), slot)
        .write(slot, this.id)
        .log(event('Settled', [this.id]))
        .read(this.claimWord(2), this.claimWord(3))
        .pay(publisher, bond),
    )
  }

  #underway(steps: Steps, number: number): Steps {
    return steps.read(this.claimWord(0), this.challengeWord(number, 0))
  }

  #decided(
    steps: Steps,
    number: number,
    end: { readonly head: Hex; readonly challenger: Hex; readonly refuted: boolean },
  ): Steps {
    const { head, challenger, refuted } = end
    steps
      .read(this.claimWord(0))
      .write(this.claimWord(0), claimHead(refuted ? 3 : 1, --this.#open, this.#made))
      .write(this.challengeWord(number, 0), head)
      .log(event('Decided', [this.id, number, refuted]))
      .read(this.challengeWord(number, 2))
    return refuted
      ? steps
          .read(this.challengeWord(number, 1), this.claimWord(3))
          .pay(challenger, bond + Math.floor(bond / 2))
      : steps.read(this.claimWord(2)).pay(publisher, bond)
  }
}

/** Of a move that brings hashes. */
export function moveGas(name: 'choose' | 'reveal', args: Arguments): number {
  return prices.call + prices.moveWord * Math.ceil(size(encode(name, args)) / 32)
}

function proofGas(args: Arguments): number {
  return prices.call + prices.openedWord * Math.ceil(size(encode('prove', args)) / 32)
}

export const claimReads = [0, 7, 2, 0, 2, 3].map(modelWord)

/** With the model's loading, the words that are hashed, and six hashes of the binding. */
export function claimGas([, given, output, , binding]: Arguments): number {
  const bytes = [given, output, binding].reduce((sum: number, part) => sum + size(part as Hex), 0)
  const hashed = prices.committedWord * Math.ceil(bytes / 32) + prices.hash * (2 + 2 + 2)
  return prices.call + loading + hashed
}

/** A chosen leaf waits to be proven. */
function challengeHeadAt(place: number, since: number, end: number = ends.open): Hex {
  return filled(be(end, 1), be(turns.prove, 1), be(0, 1), be(place, 8), be(since, 8), be(1, 8))
}
