import assert from 'node:assert/strict'

import { isFault } from '#base'
import { decodeBlock, decodeCommit, decodeHeader } from '#consensus'

import { decodeCertificate, decodeSigned } from '../../../consensus/checkpoint/statement.ts'
import { limits } from '../../../consensus/limits.ts'
import {
  decodeBlocksRequest,
  decodeCheckpointRequest,
  decodeCommitsItem,
  decodeCommitsRequest,
  decodeDagFrame,
  decodeQuestion,
  encodeBlocksRequest,
  encodeCheckpointRequest,
  encodeCommitsItem,
  encodeCommitsRequest,
  encodeQuestion,
  heartbeatFrame,
} from '../../../consensus/wire/frames.ts'
import { Dice } from '../../../sim/dice.ts'

const ref = { author: 3, round: 77, digest: 'ab'.repeat(32) }
const samples = {
  heartbeat: heartbeatFrame({ epoch: 1, rounds: [1, 0, 4_294_967_295, 7] }),
  blocks: encodeBlocksRequest({ epoch: 1, refs: [ref, { ...ref, round: 78 }] }),
  commits: encodeCommitsRequest({ epoch: 1, from: 5, to: 104, skip: 9 }),
  item: encodeCommitsItem({ kind: 'end', index: 12 }),
  question: encodeQuestion({ epoch: 1, author: 2, challenge: new Uint8Array(32).fill(5) }),
  checkpoint: encodeCheckpointRequest(1_024),
}

function skipping(skip: number): Uint8Array {
  return encodeCommitsRequest({ epoch: 0, from: 1, to: 100, skip })
}

describe('frames', () => {
  it('are what they were before they travelled', () => {
    assert.deepEqual(decodeDagFrame(samples.heartbeat, 4), {
      kind: 'heartbeat',
      epoch: 1,
      rounds: [1, 0, 4_294_967_295, 7],
    })
    const { refs } = decodeBlocksRequest(samples.blocks)
    assert.deepEqual(refs, [ref, { ...ref, round: 78 }])
    const range = { epoch: 1, from: 5, to: 104, skip: 9 }
    assert.deepEqual(decodeCommitsRequest(samples.commits), range)
    assert.deepEqual(decodeCommitsItem(samples.item), { kind: 'end', index: 12 })
    assert.equal(decodeQuestion(samples.question).author, 2)
    assert.equal(decodeCheckpointRequest(samples.checkpoint), 1_024)
  })

  it('ask for 32 blocks and 100 commits at most', () => {
    const refs = Array.from({ length: 33 }, () => ref)
    const frame = { code: 'CONSENSUS_FRAME' }
    assert.throws(() => decodeBlocksRequest(encodeBlocksRequest({ epoch: 0, refs })), frame)
    const none = encodeBlocksRequest({ epoch: 0, refs: [] })
    assert.throws(() => decodeBlocksRequest(none), frame)
    for (const range of [
      { from: 1, to: 101 },
      { from: 0, to: 5 },
      { from: 6, to: 5 },
    ]) {
      const bytes = encodeCommitsRequest({ epoch: 0, ...range, skip: 0 })
      assert.throws(() => decodeCommitsRequest(bytes), frame)
    }
    const items = limits.syncItems.value
    assert.equal(decodeCommitsRequest(skipping(items)).skip, items)
    assert.throws(() => decodeCommitsRequest(skipping(items + 1)), frame)
  })

  it('of a committee of another size are refused', () => {
    assert.throws(() => decodeDagFrame(samples.heartbeat, 5), { code: 'CONSENSUS_FRAME' })
  })

  const decoders: Readonly<Record<string, readonly [Uint8Array, (bytes: Uint8Array) => unknown]>> =
    {
      heartbeat: [samples.heartbeat, (bytes) => decodeDagFrame(bytes, 4)],
      'request for blocks': [samples.blocks, decodeBlocksRequest],
      'request for commits': [samples.commits, decodeCommitsRequest],
      'item of commits': [samples.item, decodeCommitsItem],
      question: [samples.question, decodeQuestion],
      'request for a checkpoint': [samples.checkpoint, decodeCheckpointRequest],
      'signed checkpoint': [new Uint8Array(3_529), decodeSigned],
      certificate: [new Uint8Array(300), decodeCertificate],
      block: [new Uint8Array(3_900), decodeBlock],
      header: [new Uint8Array(3_900), decodeHeader],
      commit: [new Uint8Array(200), decodeCommit],
    }
  for (const [name, [sample, decode]] of Object.entries(decoders)) {
    it(`that are no ${name} fail with one code, 10,000 of them`, () => {
      const dice = new Dice(name.length)
      for (let run = 0; run < 10_000; run++) {
        const bytes = mutated(sample, dice)
        try {
          decode(bytes)
        } catch (error) {
          assert.ok(isFault(error, 'CONSENSUS_FRAME'), String(error))
        }
      }
    })
  }
})

/** Some bytes of `sample` changed, and as often its length. */
function mutated(sample: Uint8Array, dice: Dice): Uint8Array {
  const length = dice.between(0, 3) > 0 ? sample.length : dice.between(0, 2 * sample.length)
  const bytes = new Uint8Array(length)
  bytes.set(sample.subarray(0, length))
  const changes = length === 0 ? 0 : dice.between(1, 8)
  for (let change = 0; change < changes; change++) {
    bytes[dice.between(0, length - 1)] = dice.between(0, 255)
  }
  return bytes
}
