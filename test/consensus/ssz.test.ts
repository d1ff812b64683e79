import assert from 'node:assert/strict'

import { array, assert as holds, maxSafeNat, nat, property, uint8Array } from 'fast-check'

import { isFault } from '#base'

import type { Block } from '../../consensus/core/block.ts'
import { blockOf } from '../../consensus/core/hashes.ts'
import {
  blockBytes,
  bodySize,
  decodeBlock,
  decodeCommit,
  decodeHeader,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  encodeHeaderCore,
} from '../../consensus/core/ssz.ts'
import { limits } from '../../consensus/limits.ts'
import { Dice } from '../../sim/dice.ts'
import { digestOf, testBlock } from './blocks.ts'
import { testEpoch } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const full = testBlock(epoch, {
  attestations: [
    { height: 7, blockHash: digestOf(7) },
    { height: 8, blockHash: digestOf(8) },
  ],
  commitVotes: [{ index: 3, digest: digestOf(3) }],
  body: { transactions: [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(9)] },
})
const wire = encodeBlock(full.header, full.body)

/** Decodes to the fault of the codec or to a value that encodes to the same bytes. */
function decodesExactly(bytes: Uint8Array): boolean {
  try {
    const { header, body } = decodeBlock(bytes)
    assert.deepEqual(encodeBlock(header, body), bytes)
    return true
  } catch (error) {
    if (!isFault(error, 'CONSENSUS_FRAME')) throw error
    return false
  }
}

function mutated(dice: Dice, original: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(original)
  switch (dice.below(5)) {
    case 0:
      return bytes.slice(0, dice.below(bytes.length))
    case 1:
      return new Uint8Array([
        ...bytes,
        ...new Uint8Array(dice.between(1, 64)).fill(dice.below(256)),
      ])
    case 2:
      return new Uint8Array(dice.below(6000)).map(() => dice.below(256))
    default:
      for (let turn = dice.between(1, 8); turn > 0; turn--) {
        // Offsets stand in the first bytes, and where the lists begin.
        const at = dice.chance(50) ? dice.below(230) : dice.below(bytes.length)
        bytes[at] = dice.chance(30) ? 0xff : dice.below(256)
      }
      return bytes
  }
}

describe('SSZ of blocks', () => {
  it('signs 198 bytes, whatever a block carries', () => {
    assert.equal(encodeHeaderCore(full.header.core).length, 198)
    assert.equal(encodeHeaderCore(testBlock(epoch).header.core).length, 198)
  })

  it('gives back what it was given', () => {
    const { header, body } = decodeBlock(wire)
    assert.deepEqual(header, full.header)
    assert.deepEqual(body.transactions, full.body.transactions)
    assert.deepEqual(blockOf(header, body), full)
    assert.deepEqual(decodeHeader(encodeHeader(full.header)), full.header)
  })

  it('counts the bytes of a body as they are encoded', () => {
    const bare = encodeBlock(full.header, { transactions: [] })
    assert.equal(bodySize(full.body), wire.length - bare.length)
  })

  it('keeps random blocks as they are', () => {
    const transactions = array(uint8Array({ maxLength: 40 }), { maxLength: 5 })
    holds(
      property(transactions, nat(2 ** 32 - 1), maxSafeNat(), (list, round, time) => {
        const changes = { round, timestampMs: time, body: { transactions: list } }
        const block: Block = testBlock(epoch, changes)
        const decoded = decodeBlock(encodeBlock(block.header, block.body))
        assert.deepEqual(blockOf(decoded.header, decoded.body), block)
      }),
      { numRuns: 50 },
    )
  })

  it('refuses numbers that a double cannot hold', () => {
    const bytes = encodeHeader(full.header)
    const epochAt = 2 + 8 + 32
    for (const top of [0x20, 0xff]) {
      const changed = Uint8Array.from(bytes)
      changed[epochAt + 6] = top
      assert.throws(() => decodeHeader(changed), { code: 'CONSENSUS_FRAME' })
    }
  })

  it('refuses lists and bodies above their caps before it reads them', () => {
    const refs = Array.from({ length: 129 }, (_, author) => ({
      author,
      round: 1,
      digest: digestOf(1),
    }))
    const long = encodeHeader({ ...full.header, ancestors: refs })
    assert.throws(() => decodeHeader(long), { code: 'CONSENSUS_FRAME' })
    const many = { transactions: Array.from({ length: 4097 }, () => new Uint8Array(0)) }
    assert.throws(() => decodeBlock(encodeBlock(full.header, many)), { code: 'CONSENSUS_FRAME' })
    const large = { transactions: [new Uint8Array(limits.transactionBytes.value + 1)] }
    assert.throws(() => decodeBlock(encodeBlock(full.header, large)), { code: 'CONSENSUS_FRAME' })
    assert.throws(() => decodeBlock(new Uint8Array(blockBytes + 1)), { code: 'CONSENSUS_FRAME' })
  })

  it('decodes 10,000 malformed frames exactly or not at all', () => {
    const dice = new Dice(2026)
    const outcomes = { exact: 0, refused: 0 }
    for (let frame = 0; frame < 10_000; frame++) {
      outcomes[decodesExactly(mutated(dice, wire)) ? 'exact' : 'refused']++
    }
    assert.ok(outcomes.refused > 4000, JSON.stringify(outcomes))
    assert.ok(outcomes.exact > 500, JSON.stringify(outcomes))
  }).timeout(60_000)

  it('decodes malformed commits exactly or not at all', () => {
    const commit = {
      epoch: 0,
      index: 9,
      previous: digestOf(1),
      leader: full.header.ancestors[0]!,
      timestampMs: 12,
      blocks: full.header.ancestors,
    }
    const original = encodeCommit(commit)
    assert.deepEqual(decodeCommit(original), commit)
    const dice = new Dice(7)
    for (let frame = 0; frame < 2_000; frame++) {
      const bytes = mutated(dice, original)
      try {
        assert.deepEqual(encodeCommit(decodeCommit(bytes)), bytes)
      } catch (error) {
        if (!isFault(error, 'CONSENSUS_FRAME')) throw error
      }
    }
  })
})
