/** The record of one model: typed words over the registry's storage. */
import { concat, fixed, toBigInt, unhex, utf8 } from '#base'
import { keccak256, sha3_256 } from '#crypto'

import { PrecompileRevert, type PrecompileView } from '../plugin.ts'

const registry = unhex('0x0000000000000000000000000000000000000302')

/** What a model is registered for. */
export const kinds = {
  /** All of it is on the chain, and `infer` runs it. */
  executable: 0,
  /** The graph is on the chain; its large weights are named by root and results are claimed. */
  committed: 1,
} as const

/** In the order of a model's life. */
export const statuses = { none: 0, draft: 1, active: 2, inactive: 3 } as const

/** Which word of a record. */
const field = {
  /** status ‖ kind ‖ runtime (2) ‖ size (4) ‖ version (4) ‖ owner (20). */
  head: 0,
  /** SHA3-256 of the model's bytes. */
  hash: 1,
  /** macs (8) ‖ elements (8) ‖ bytes of input (4), of output (4) ‖ parts (3) ‖ block of activation (5). */
  cost: 2,
  /** SHA3-256 of the blob of the hashes of its chunks. */
  manifest: 3,
  /** SHA3-256 of the blob of name, licence and metadata. */
  texts: 4,
  /** window: seconds (4) ‖ blocks (4); turn: seconds (4) ‖ blocks (4); attesters needed (2) ‖ 0 (14). */
  terms: 5,
  /** Merkle root of the attesters' addresses. */
  attesters: 6,
  /** The least bond of a claim, in wei. */
  bond: 7,
  /** And further words: the hash of each chunk, until the model is finalized. */
  chunks: 16,
} as const

export interface ModelHead {
  readonly status: number
  readonly kind: number
  readonly runtime: number
  readonly size: number
  readonly version: number
  /** 20 bytes. */
  readonly owner: Uint8Array
}

export interface ModelCost {
  readonly macs: bigint
  readonly elements: bigint
  readonly inputBytes: number
  readonly outputBytes: number
  /** Nodes, their inputs and outputs, and initializers: what reading the graph takes. */
  readonly parts: number
  /** The number of the block that made it active. */
  readonly activeFrom: bigint
}

/** How claims about a model are settled. Times hold when both, seconds and blocks, have passed. */
export interface ModelTerms {
  readonly windowSeconds: bigint
  readonly windowBlocks: bigint
  readonly turnSeconds: bigint
  readonly turnBlocks: bigint
  /** How many attesters have to sign; 0: none can. */
  readonly threshold: bigint
}

/**
 * Wei: a tenth of a token. It is what a challenger loses to a claimant who is right, and pays for the
 * gas of many answers.
 */
export const leastBond: bigint = 10n ** 17n

/** A day and 10,000 blocks for challenges, an hour and 1,000 blocks for a turn; no attesters. */
export const usualTerms: ModelTerms = {
  windowSeconds: 86_400n,
  windowBlocks: 10_000n,
  turnSeconds: 3600n,
  turnBlocks: 1000n,
  threshold: 0n,
}

export class ModelRecord {
  readonly id: Uint8Array
  readonly #view: PrecompileView

  constructor(view: PrecompileView, id: Uint8Array) {
    this.#view = view
    this.id = id
  }

  /** Throws PrecompileRevert where no such model was registered. */
  head(): ModelHead {
    const word = this.#word(field.head)
    const head = {
      status: number(word, 0, 1),
      kind: number(word, 1, 2),
      runtime: number(word, 2, 4),
      size: number(word, 4, 8),
      version: number(word, 8, 12),
      owner: word.slice(12),
    }
    if (head.status === statuses.none) throw new PrecompileRevert('models: unknown model')
    return head
  }

  putHead({ status, kind, runtime, size, version, owner }: ModelHead): void {
    const word = concat(Uint8Array.of(status, kind), fixed(runtime, 2), fixed(size, 4))
    this.#put(field.head, concat(word, fixed(version, 4), owner))
  }

  get hash(): Uint8Array {
    return this.#word(field.hash)
  }
  set hash(word: Uint8Array) {
    this.#put(field.hash, word)
  }

  get cost(): ModelCost {
    const word = this.#word(field.cost)
    return {
      macs: toBigInt(word.subarray(0, 8)),
      elements: toBigInt(word.subarray(8, 16)),
      inputBytes: number(word, 16, 20),
      outputBytes: number(word, 20, 24),
      parts: number(word, 24, 27),
      activeFrom: toBigInt(word.subarray(27)),
    }
  }
  set cost({ macs, elements, inputBytes, outputBytes, parts, activeFrom }: ModelCost) {
    const work = concat(fixed(macs, 8), fixed(elements, 8))
    const sizes = concat(fixed(inputBytes, 4), fixed(outputBytes, 4), fixed(parts, 3))
    this.#put(field.cost, concat(work, sizes, fixed(activeFrom, 5)))
  }

  get manifest(): Uint8Array {
    return this.#word(field.manifest)
  }
  set manifest(word: Uint8Array) {
    this.#put(field.manifest, word)
  }

  get texts(): Uint8Array {
    return this.#word(field.texts)
  }
  set texts(word: Uint8Array) {
    this.#put(field.texts, word)
  }

  get terms(): ModelTerms {
    const word = this.#word(field.terms)
    return {
      windowSeconds: toBigInt(word.subarray(0, 4)),
      windowBlocks: toBigInt(word.subarray(4, 8)),
      turnSeconds: toBigInt(word.subarray(8, 12)),
      turnBlocks: toBigInt(word.subarray(12, 16)),
      threshold: toBigInt(word.subarray(16, 18)),
    }
  }
  set terms({ windowSeconds, windowBlocks, turnSeconds, turnBlocks, threshold }: ModelTerms) {
    const window = concat(fixed(windowSeconds, 4), fixed(windowBlocks, 4))
    const turn = concat(fixed(turnSeconds, 4), fixed(turnBlocks, 4))
    this.#put(field.terms, concat(window, turn, fixed(threshold, 2), new Uint8Array(14)))
  }

  get attesters(): Uint8Array {
    return this.#word(field.attesters)
  }
  set attesters(word: Uint8Array) {
    this.#put(field.attesters, word)
  }

  get bond(): bigint {
    return toBigInt(this.#word(field.bond))
  }
  set bond(wei: bigint) {
    this.#put(field.bond, fixed(wei, 32))
  }

  chunk(index: number): Uint8Array {
    return this.#word(field.chunks + index)
  }

  putChunk(index: number, hash: Uint8Array): void {
    this.#put(field.chunks + index, hash)
  }

  #word(of: number): Uint8Array {
    return this.#view.getOf(registry, this.#slot(of))
  }

  #put(of: number, word: Uint8Array): void {
    this.#view.put(this.#slot(of), word)
  }

  #slot(of: number): Uint8Array {
    return keccak256(concat(this.id, fixed(of, 32)))
  }
}

/** The id of the model that `publisher` registered as `version` (from 1 on) of `name`. */
export function modelId(publisher: Uint8Array, name: string, version: bigint): Uint8Array {
  const nameHash = sha3_256(utf8(name))
  return sha3_256(concat(utf8('pars/model/1'), publisher, nameHash, fixed(version, 8)))
}

function number(word: Uint8Array, start: number, end: number): number {
  return Number(toBigInt(word.subarray(start, end)))
}
