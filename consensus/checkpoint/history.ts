/**
 * A Merkle mountain range: the hashes of all blocks before a height under one root, grown without
 * reading the old ones. The root is that of the binary tree in which an odd node moves up.
 *
 * @see PIP-0007 "Checkpoints"
 */
import { concat, decodeRlp, encodeRlp, Fault, fixed, toBigInt, trimmed } from '#base'
import { sha256 } from '#crypto'

import type { Digest } from '../core/block.ts'
import { unhexed } from '../core/ssz.ts'

const leafTag = Uint8Array.of(0x00)
const nodeTag = Uint8Array.of(0x01)
const rootTag = Uint8Array.of(0x02)

export class History {
  #count: number
  /** Of perfect trees, the highest first: one for each bit of `count`. */
  #peaks: Uint8Array[]

  constructor(count = 0, peaks: readonly Uint8Array[] = []) {
    this.#count = count
    this.#peaks = [...peaks]
  }

  /** Throws `CONSENSUS_RECORD`, `RLP_INVALID`. */
  static decode(bytes: Uint8Array): History {
    const item = decodeRlp(bytes, 1)
    const fields =
      item instanceof Uint8Array ? [] : item.filter((each) => each instanceof Uint8Array)
    const [count, ...peaks] = fields
    if (count === undefined || count.length > 6) {
      throw new Fault({ code: 'CONSENSUS_RECORD', reason: 'history' })
    }
    return new History(Number(toBigInt(count)), peaks)
  }

  /** Leaves. */
  get count(): number {
    return this.#count
  }

  /** Binds the number of leaves. */
  get root(): Digest {
    const bagged = this.#peaks
      .toReversed()
      .reduce((right, peak) => (right.length === 0 ? peak : parent(peak, right)), new Uint8Array(0))
    return sha256(concat(rootTag, fixed(this.#count, 8), bagged)).toHex()
  }

  append(blockHash: Digest): void {
    let node: Uint8Array = sha256(concat(leafTag, unhexed(blockHash)))
    for (let bits = this.#count; bits & 1; bits = Math.floor(bits / 2)) {
      node = parent(this.#peaks.pop() ?? node, node)
    }
    this.#peaks.push(node)
    this.#count++
  }

  encode(): Uint8Array {
    return encodeRlp([trimmed(this.#count), ...this.#peaks])
  }
}

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(nodeTag, left, right))
}
