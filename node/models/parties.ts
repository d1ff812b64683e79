/** Who takes part in a dispute about a claim, move by move. What they know is on the chain. */
import { type Hex, unhex } from '#base'
import { firstDifference, prove, reveal, type Witness } from '#inference'
import { type Challenge, type Claim, isOver, type Moment, type ReadModelTerms } from '#precompiles'

import type { Call } from '../sender.ts'
import { callOf } from './contracts.ts'

/** What is known of a claim at one moment. */
export interface Standing {
  readonly claim: Claim
  readonly terms: ReadModelTerms
  /** Of the next block. */
  readonly now: Moment
}

/** A move with the word for it. */
export interface Move {
  readonly name: 'choose' | 'prove' | 'reveal' | 'settle' | 'timeout' | 'withdraw'
  readonly call: Call
}

export interface Party {
  /** What to do about a challenge now; undefined: wait. */
  answer(
    standing: Standing,
    challenge: Challenge,
    revealed: () => Promise<readonly Uint8Array[]>,
  ): Promise<Move | undefined>
  /** The chain did not take a move, and nothing has changed. Whether there is another way. */
  refused(move: Move, challenge: Challenge): boolean
}

function move(
  name: Move['name'],
  signature: string,
  ...values: Parameters<typeof callOf>[2]
): Move {
  return { name, call: callOf('claims', `${name}(${signature})`, values) }
}

function isTurnOver({ now, terms }: Standing, { since }: Challenge): boolean {
  return isOver(since, now, { seconds: terms.turnSeconds, blocks: terms.turnBlocks })
}

/**
 * Of calls that depend on the time of the block they come into, which an estimate on the last block does
 * not have.
 */
const gasLimit = 500_000n

function timeout(id: Hex, number: number): Move {
  const { name, call } = move('timeout', 'bytes32,uint64', unhex(id), BigInt(number))
  return { name, call: { ...call, gasLimit } }
}

function proof(id: Hex, number: number, openings: Uint8Array): Move {
  return move('prove', 'bytes32,uint64,bytes', unhex(id), BigInt(number), { bytes: openings })
}

/** The settling of a claim that nobody disputes any more; undefined while its window is open. */
export function settlement({ claim, terms, now }: Standing): Move | undefined {
  const { windowSeconds, windowBlocks } = terms
  const isDue = isOver(claim.since, now, { seconds: windowSeconds, blocks: windowBlocks })
  if (claim.status !== 'open' || claim.open > 0 || !isDue) return undefined
  const { name, call } = move('settle', 'bytes32', unhex(claim.id))
  return { name, call: { ...call, gasLimit } }
}

/** Answers for a claim. */
export class Claimant implements Party {
  readonly #witness: Witness

  /** @param witness Of what was claimed. */
  constructor(witness: Witness) {
    this.#witness = witness
  }

  async answer(standing: Standing, challenge: Challenge): Promise<Move | undefined> {
    const { claim } = standing
    const { number, turn, index } = challenge
    if (claim.status !== 'open' || challenge.status !== 'open') return undefined
    if (turn === 'reveal') {
      const words = reveal(this.#witness.trace, challenge)
      return move('reveal', 'bytes32,uint64,bytes32[]', unhex(claim.id), BigInt(number), { words })
    }
    if (turn === 'prove') return proof(claim.id, number, prove(this.#witness, index))
    return isTurnOver(standing, challenge) ? timeout(claim.id, number) : undefined
  }

  refused(): boolean {
    return false
  }
}

/** Disputes a claim. */
export class Challenger implements Party {
  readonly #witness: Witness
  /** Leaves by challenge that only the claimant can prove. */
  readonly #unprovable = new Set<string>()

  /** @param witness Of one's own inference. */
  constructor(witness: Witness) {
    this.#witness = witness
  }

  async answer(
    standing: Standing,
    challenge: Challenge,
    revealed: () => Promise<readonly Uint8Array[]>,
  ): Promise<Move | undefined> {
    const { claim } = standing
    const { number, turn, index } = challenge
    if (challenge.status !== 'open') return undefined
    if (claim.status === 'refuted') {
      return move('withdraw', 'bytes32,uint64', unhex(claim.id), BigInt(number))
    }
    if (claim.status !== 'open') return undefined
    if (turn === 'choose') {
      const words = await revealed()
      // Where all are one's own there is nothing to find, and any of them loses.
      const place = firstDifference(this.#witness.trace, challenge, words) ?? 0
      const values = [unhex(claim.id), BigInt(number), { words }, BigInt(place)] as const
      return move('choose', 'bytes32,uint64,bytes32[],uint64', ...values)
    }
    if (isTurnOver(standing, challenge)) return timeout(claim.id, number)
    // Serves where the leaf is made of the input and of weights alone: all else needs paths of the claim.
    const isTried = this.#unprovable.has(`${claim.id} ${number}`)
    if (turn !== 'prove' || isTried) return undefined
    return proof(claim.id, number, prove(this.#witness, index))
  }

  refused({ name, call }: Move, { number }: Challenge): boolean {
    if (name !== 'prove') return false
    this.#unprovable.add(`0x${call.data.slice(10, 74)} ${number}`)
    return true
  }
}

export function challengeCall(id: Hex, bond: bigint): Call {
  return callOf('claims', 'challenge(bytes32)', [unhex(id)], bond)
}

export interface ClaimParts {
  readonly model: Hex
  readonly input: Uint8Array
  readonly output: Uint8Array
  readonly traceTop: Uint8Array
  /** By `proveOutput`. */
  readonly binding: Uint8Array
}

export function claimCall(
  { model, input, output, traceTop, binding }: ClaimParts,
  bond: bigint,
): Call {
  const bytes = [{ bytes: input }, { bytes: output }] as const
  const values = [unhex(model), ...bytes, traceTop, { bytes: binding }]
  return callOf('claims', 'claim(bytes32,bytes,bytes,bytes32,bytes)', values, bond)
}
