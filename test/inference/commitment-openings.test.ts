import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat, isFault } from '#base'
import { inputRoot, prove, type StepClaim, traceSize, verifyStep, Witness } from '#inference'

import {
  decodeOpenings,
  encodeOpenings,
  type Section,
} from '../../inference/commitment/openings.ts'
import { commit, type Committed, generator, models } from './commitment-programs.ts'

function refused(error: unknown): boolean {
  return isFault(error, 'INFERENCE_OPENING')
}

function refusesOrder(error: unknown): boolean {
  return refused(error) && String(error).includes('reason=order')
}

describe('openings', function () {
  this.timeout(60_000)
  let committed: Committed
  let witness: Witness
  let leaves: readonly number[]

  before(() => {
    committed = commit(models['convolutions']?.() ?? new Uint8Array(0), 11)
    witness = new Witness(committed.program, committed.tensors)
    const count = traceSize(committed.program).leaves
    leaves = Array.from({ length: 12 }, (_, place) => Math.floor((place * (count - 1)) / 11))
  })

  function claim(leaf: number): StepClaim {
    return {
      inputRoot: inputRoot(committed.skeleton, committed.input),
      traceRoot: witness.trace.top,
      leaf,
      leafHash: witness.trace.hash(0, leaf),
    }
  }

  function refuses(leaf: number, openings: Uint8Array): void {
    assert.throws(() => verifyStep(committed.skeleton, claim(leaf), openings), refused)
  }

  /** The openings of a leaf with something about their sections changed. */
  function changed(leaf: number, change: (sections: Section[]) => readonly Section[]): Uint8Array {
    const openings = prove(witness, leaf)
    return encodeOpenings(change([...decodeOpenings(committed.skeleton, openings)]))
  }

  it('have one encoding', () => {
    for (const leaf of leaves) {
      const openings = prove(witness, leaf)
      assert.deepEqual(
        changed(leaf, (sections) => sections),
        openings,
      )
      assert.equal(verifyStep(committed.skeleton, claim(leaf), openings), true)
    }
  })

  it('are refused with any bit flipped', () => {
    const random = generator(5)
    for (const leaf of leaves) {
      const openings = prove(witness, leaf)
      for (let at = 0; at < openings.length; at += 1 + random(16)) {
        const flipped = openings.with(at, (openings[at] ?? 0) ^ (1 << random(8)))
        refuses(leaf, flipped)
      }
    }
  })

  it('are refused when they end early or go on', () => {
    const [leaf = 0] = leaves
    const openings = prove(witness, leaf)
    for (let length = 0; length < openings.length; length++)
      refuses(leaf, openings.subarray(0, length))
    refuses(leaf, concat(openings, Uint8Array.of(0)))
    refuses(leaf, concat(openings, openings))
    refuses(leaf, new Uint8Array(1_000_000))
  })

  it('are refused when a section is left out, twice there or out of order', () => {
    for (const leaf of leaves) {
      const { length } = decodeOpenings(committed.skeleton, prove(witness, leaf))
      for (let place = 0; place < length; place++) {
        refuses(
          leaf,
          changed(leaf, (sections) => sections.toSpliced(place, 1)),
        )
        refuses(
          leaf,
          changed(leaf, (sections) =>
            sections.toSpliced(place, 0, ...sections.slice(place, place + 1)),
          ),
        )
      }
      if (length > 1)
        refuses(
          leaf,
          changed(leaf, (sections) => sections.toReversed()),
        )
    }
  })

  it('have sections that rise, and runs that never touch', () => {
    const known = [0, 1]
    const tiles = known.map((leaf) => witness.tile(0, leaf))
    const section = { source: 0, leaves: known, tiles, proof: witness.trace.proof(known) }
    const openings = encodeOpenings([section])
    const { skeleton } = committed
    assert.deepEqual(decodeOpenings(skeleton, openings)[0]?.leaves, known)
    assert.throws(() => decodeOpenings(skeleton, concat(openings, openings)), refusesOrder)
    const words = new DataView(new ArrayBuffer(24))
    for (const [place, word] of [0, 2, 0, 1, 1, 1].entries()) words.setUint32(4 * place, word)
    const split = concat(new Uint8Array(words.buffer), openings.subarray(16))
    assert.throws(() => decodeOpenings(skeleton, split), refusesOrder)
  })

  it('are refused with a leaf too many or too few', () => {
    for (const leaf of leaves) {
      const { length } = decodeOpenings(committed.skeleton, prove(witness, leaf))
      for (let place = 0; place < length; place++) {
        refuses(
          leaf,
          changed(leaf, (sections) => withLeaves(sections, place, (all) => all.slice(1))),
        )
        refuses(
          leaf,
          changed(leaf, (sections) => withLeaves(sections, place, moreLeaves(sections[place]))),
        )
      }
    }
  })

  /** Another leaf after the last or, where there is none, before the first. */
  function moreLeaves(section: Section | undefined): (leaves: readonly number[]) => number[] {
    const count = section === undefined ? 0 : witness.tree(section.source).leaves
    return (all) => {
      const free = Array.from({ length: count }, (_, leaf) => leaf).find(
        (leaf) => !all.includes(leaf),
      )
      return [...all, free ?? count].toSorted((a, b) => a - b)
    }
  }

  function withLeaves(
    sections: readonly Section[],
    place: number,
    change: (leaves: readonly number[]) => readonly number[],
  ): readonly Section[] {
    const section = sections[place]
    assert.ok(section)
    const tree = witness.tree(section.source)
    const known = change(section.leaves).filter((leaf) => leaf < tree.leaves)
    const tiles = known.map((leaf) => witness.tile(section.source, leaf))
    // A tree of which all leaves are open cannot have one more: then the section stands alone.
    if (known.length === section.leaves.length) return [section, section]
    return sections.with(place, { ...section, leaves: known, tiles, proof: tree.proof(known) })
  }

  it('are refused under another root', () => {
    for (const leaf of leaves) {
      const openings = prove(witness, leaf)
      const used = decodeOpenings(committed.skeleton, openings).map(({ source }) => source)
      for (const [source, root] of [
        [0, 'traceRoot'],
        [1, 'inputRoot'],
      ] as const) {
        if (!used.includes(source)) continue
        const other = { ...claim(leaf), [root]: new Uint8Array(32) }
        assert.throws(() => verifyStep(committed.skeleton, other, openings), refused)
      }
    }
  })

  it('prove no other leaf', () => {
    for (const [place, leaf] of leaves.entries()) {
      const openings = prove(witness, leaf)
      const other = claim(leaves[(place + 1) % leaves.length] ?? 0)
      if (Buffer.from(openings).equals(prove(witness, other.leaf))) continue
      assert.throws(() => verifyStep(committed.skeleton, other, openings), refused)
    }
  })

  it('are none for a leaf beyond the last one, which has to be padding', () => {
    const { leaves: count } = traceSize(committed.program)
    assert.ok(count < 2 ** witness.trace.depth)
    const none = prove(witness, count)
    assert.equal(none.length, 0)
    assert.equal(verifyStep(committed.skeleton, claim(count), none), true)
    const lie = { ...claim(count), leafHash: witness.trace.hash(0, 0) }
    assert.equal(verifyStep(committed.skeleton, lie, none), false)
    refuses(count, prove(witness, 0))
  })

  it('are refused with a coded fault whatever their bytes are', () => {
    const bytes = fc.uint8Array({ maxLength: 400 })
    const numbers = fc
      .array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.nat()), { maxLength: 60 })
      .map((list) => new Uint8Array(Uint32Array.from(list).buffer).toReversed())
    fc.assert(
      fc.property(fc.oneof(bytes, numbers), fc.constantFrom(...leaves), (openings, leaf) => {
        refuses(leaf, openings)
      }),
      { numRuns: 2_000 },
    )
  })
})
