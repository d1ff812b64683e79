/**
 * DAGs drawn as text. One line per round, blocks by their author's letter:
 *
 *   1: A B C D          each has every block of the round before as ancestor
 *   2: A(A B C) B C D   A2 has A1, B1, C1
 *   3: A(-D) B C' D     A3 has all of round 2 but D's; C' is a second block of C
 *   4: A(* D2) B C D    A4 has all of round 3 and the older D2
 *
 * In parentheses a letter alone means the round before; a prime names the author's second block.
 * `A@150` sets the clock of a block.
 */
import { type DagBlock, type Digest, parentsOf } from '../../../consensus/core/block.ts'
import { Committee } from '../../../consensus/core/committee.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export function testCommittee(stakes: readonly number[], epoch = 0): Committee {
  return new Committee(
    epoch,
    stakes.map((stake, author) => ({
      publicKey: new Uint8Array(1952).fill(author),
      stake: BigInt(stake),
      account: new Uint8Array(20).fill(author),
      peerId: letters[author] ?? `peer${author}`,
    })),
  )
}

/** Readable: the digits of a digest spell round, author and version. */
export function testDigest(round: number, author: number, version = 0): Digest {
  return `${digits(round, 8)}${digits(author, 4)}${digits(version, 4)}`.padEnd(64, '0')
}

function digits(value: number, size: number): string {
  return value.toString(16).padStart(size, '0')
}

export class Drawing {
  readonly #blocks = new Map<string, DagBlock>()

  constructor(text: string) {
    for (const line of text.split('\n').map((each) => each.trim())) {
      const [, round, rest = ''] = /^(\d+):(.*)$/.exec(line) ?? []
      if (round !== undefined) this.#line(Number(round), rest)
      else if (line !== '') throw new Error(`not a round: ${line}`)
    }
  }

  /** In the order of the drawing, which is one of causality. */
  get blocks(): readonly DagBlock[] {
    return [...this.#blocks.values()]
  }

  /** `block('C3\'')` is the second block of C in round 3. */
  block(name: string): DagBlock {
    const block = this.#blocks.get(name)
    if (block === undefined) throw new Error(`no block ${name}`)
    return block
  }

  nameOf(digest: Digest): string {
    for (const [name, block] of this.#blocks) if (block.digest === digest) return name
    return digest
  }

  #line(round: number, text: string): void {
    const above: [string, DagBlock][] = []
    for (const [, letter = '', prime = '', time, refs] of text.matchAll(
      /([A-Z])('*)(?:@(\d+))?(?:\(([^)]*)\))?/g,
    )) {
      const author = letters.indexOf(letter)
      const ancestors = this.#refs(round, author, refs ?? '*')
      const block = {
        author,
        round,
        digest: testDigest(round, author, prime.length),
        timestampMs: Number(time ?? round * 100),
        ancestors,
        parents: parentsOf(round, ancestors),
      }
      above.push([`${letter}${round}${prime}`, block])
    }
    for (const [name, block] of above) this.#blocks.set(name, block)
  }

  #refs(round: number, own: number, text: string): readonly DagBlock[] {
    const chosen = new Map<number, DagBlock>()
    const words = text.split(/\s+/).filter((word) => word !== '')
    const all = words.length === 0 || words.some((word) => word === '*' || word.startsWith('-'))
    if (all) {
      for (const [name, block] of this.#blocks) {
        if (block.round === round - 1 && !name.endsWith("'")) chosen.set(block.author, block)
      }
    }
    for (const word of words) {
      const [, minus, letter = '', at, prime = ''] = /^(-?)([A-Z])(\d*)('*)$/.exec(word) ?? []
      if (letter === '') continue
      if (minus === '-') chosen.delete(letters.indexOf(letter))
      else {
        const block = this.block(`${letter}${at === '' ? round - 1 : at}${prime}`)
        chosen.set(block.author, block)
      }
    }
    return [...chosen.values()].toSorted(
      (a, b) => Number(b.author === own) - Number(a.author === own) || a.author - b.author,
    )
  }
}
