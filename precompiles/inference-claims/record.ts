/** The records of claims and of the challenges to them: typed words over the storage of 0x0305. */
import { concat, fixed, toBigInt } from '#base'
import { keccak256 } from '#crypto'

import { PrecompileRevert, type PrecompileView } from '../plugin.ts'

export const claimStatuses = { none: 0, open: 1, settled: 2, refuted: 3 } as const

export const challengeStatuses = { none: 0, open: 1, lost: 2, won: 3, refunded: 4 } as const

/** Who has to move in a challenge, and what. */
export const turns = {
  /** The claimant: show the hashes below the one in question. */
  reveal: 0,
  /** The challenger: name the first of them that is wrong. */
  choose: 1,
  /** The claimant, though anybody may: prove the leaf. */
  prove: 2,
} as const

/** Seconds and blocks of the same moment. */
export interface Moment {
  readonly timestamp: bigint
  readonly height: bigint
}

export interface ClaimHead {
  readonly status: number
  /** Challenges that are not decided. */
  readonly open: number
  /** Challenges ever made. */
  readonly challenges: number
  readonly since: Moment
}

export interface ChallengeHead {
  readonly status: number
  readonly turn: number
  /** Of the hash in question: 0 is a leaf. */
  readonly level: number
  /** Of the hash in question, among those of its level. */
  readonly index: number
  /** When the turn began. */
  readonly since: Moment
}

const claimField = {
  /** status (1) ‖ open (4) ‖ challenges (4) ‖ timestamp (8) ‖ height (8) ‖ 0 (7). */
  head: 0,
  model: 1,
  claimant: 2,
  bond: 3,
  traceTop: 4,
  inputRoot: 5,
  inputHash: 6,
  outputHash: 7,
} as const

const challengeField = {
  /** status (1) ‖ turn (1) ‖ level (1) ‖ index (8) ‖ timestamp (8) ‖ height (8) ‖ 0 (5). */
  head: 0,
  challenger: 1,
  bond: 2,
  /** In question; while the challenger chooses, of the hashes that were revealed below it. */
  hash: 3,
} as const

export interface ClaimWords {
  /** 32 bytes. */
  readonly model: Uint8Array
  /** 20 bytes. */
  readonly claimant: Uint8Array
  /** Wei. */
  readonly bond: bigint
  readonly traceTop: Uint8Array
  readonly inputRoot: Uint8Array
  /** SHA3-256. */
  readonly inputHash: Uint8Array
  /** SHA3-256. */
  readonly outputHash: Uint8Array
}

class Words {
  readonly #view: PrecompileView
  readonly #base: Uint8Array

  constructor(view: PrecompileView, base: Uint8Array) {
    this.#view = view
    this.#base = base
  }

  get(of: number): Uint8Array {
    return this.#view.get(this.#slot(of))
  }

  put(of: number, word: Uint8Array): void {
    this.#view.put(this.#slot(of), word)
  }

  #slot(of: number): Uint8Array {
    return keccak256(concat(this.#base, fixed(of, 32)))
  }
}

export class ClaimRecord {
  readonly id: Uint8Array
  readonly #view: PrecompileView
  readonly #words: Words

  constructor(view: PrecompileView, id: Uint8Array) {
    this.#view = view
    this.id = id
    this.#words = new Words(view, id)
  }

  /** Throws PrecompileRevert where there is no such claim. */
  head(): ClaimHead {
    const word = this.#words.get(claimField.head)
    const status = word[0] ?? 0
    if (status === claimStatuses.none) throw new PrecompileRevert('claims: unknown claim')
    return {
      status,
      open: Number(toBigInt(word.subarray(1, 5))),
      challenges: Number(toBigInt(word.subarray(5, 9))),
      since: momentOf(word, 9),
    }
  }

  putHead({ status, open, challenges, since }: ClaimHead): void {
    const counts = concat(Uint8Array.of(status), fixed(open, 4), fixed(challenges, 4))
    this.#words.put(claimField.head, concat(counts, momentBytes(since), new Uint8Array(7)))
  }

  put(words: ClaimWords): void {
    this.#words.put(claimField.model, words.model)
    this.#words.put(claimField.claimant, concat(new Uint8Array(12), words.claimant))
    this.#words.put(claimField.bond, fixed(words.bond, 32))
    this.#words.put(claimField.traceTop, words.traceTop)
    this.#words.put(claimField.inputRoot, words.inputRoot)
    this.#words.put(claimField.inputHash, words.inputHash)
    this.#words.put(claimField.outputHash, words.outputHash)
  }

  get model(): Uint8Array {
    return this.#words.get(claimField.model)
  }
  get claimant(): Uint8Array {
    return this.#words.get(claimField.claimant).slice(12)
  }
  get bond(): bigint {
    return toBigInt(this.#words.get(claimField.bond))
  }
  get traceTop(): Uint8Array {
    return this.#words.get(claimField.traceTop)
  }
  get inputRoot(): Uint8Array {
    return this.#words.get(claimField.inputRoot)
  }
  get inputHash(): Uint8Array {
    return this.#words.get(claimField.inputHash)
  }
  get outputHash(): Uint8Array {
    return this.#words.get(claimField.outputHash)
  }

  /** @param number From 1 on. */
  challenge(number: bigint): ChallengeRecord {
    return new ChallengeRecord(this.#view, this.id, number)
  }
}

export class ChallengeRecord {
  readonly #words: Words

  constructor(view: PrecompileView, claim: Uint8Array, number: bigint) {
    this.#words = new Words(view, keccak256(concat(claim, fixed(number, 8))))
  }

  /** Throws PrecompileRevert where there is no such challenge. */
  head(): ChallengeHead {
    const word = this.#words.get(challengeField.head)
    const [status = 0, turn = 0, level = 0] = word
    if (status === challengeStatuses.none) throw new PrecompileRevert('claims: unknown challenge')
    const index = Number(toBigInt(word.subarray(3, 11)))
    return { status, turn, level, index, since: momentOf(word, 11) }
  }

  putHead({ status, turn, level, index, since }: ChallengeHead): void {
    const place = concat(Uint8Array.of(status, turn, level), fixed(index, 8))
    this.#words.put(challengeField.head, concat(place, momentBytes(since), new Uint8Array(5)))
  }

  get challenger(): Uint8Array {
    return this.#words.get(challengeField.challenger).slice(12)
  }
  set challenger(address: Uint8Array) {
    this.#words.put(challengeField.challenger, concat(new Uint8Array(12), address))
  }

  get bond(): bigint {
    return toBigInt(this.#words.get(challengeField.bond))
  }
  set bond(wei: bigint) {
    this.#words.put(challengeField.bond, fixed(wei, 32))
  }

  get hash(): Uint8Array {
    return this.#words.get(challengeField.hash)
  }
  set hash(word: Uint8Array) {
    this.#words.put(challengeField.hash, word)
  }
}

export function momentIn({ timestamp, height }: Moment): Moment {
  return { timestamp, height }
}

/** Whether both, so many seconds and so many blocks, have passed: time without blocks is no time. */
export function isOver(
  since: Moment,
  { timestamp, height }: Moment,
  length: { readonly seconds: bigint; readonly blocks: bigint },
): boolean {
  return timestamp >= since.timestamp + length.seconds && height >= since.height + length.blocks
}

function momentOf(word: Uint8Array, at: number): Moment {
  return {
    timestamp: toBigInt(word.subarray(at, at + 8)),
    height: toBigInt(word.subarray(at + 8, at + 16)),
  }
}

function momentBytes({ timestamp, height }: Moment): Uint8Array {
  return concat(fixed(timestamp, 8), fixed(height, 8))
}
