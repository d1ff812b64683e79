import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { keccak256 as viemKeccak256 } from 'viem'

import { concat, hex, isFault } from '#base'
import { joinContent, limits, pipContent, proposalDescription } from '#governance'

const size = limits.chunkBytes.value
const most = size * limits.chunks.value

function counted(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251)
}

const sizes = (length: number): readonly number[] =>
  pipContent(counted(length)).chunks.map(({ bytes }) => bytes.length)

describe('the content of a PIP', () => {
  it('is cut into chunks of full size but for the last', () => {
    assert.deepEqual(sizes(1), [1])
    assert.deepEqual(sizes(size), [size])
    assert.deepEqual(sizes(size + 1), [size, 1])
    assert.deepEqual(
      sizes(most),
      Array.from({ length: limits.chunks.value }, () => size),
    )
  })

  it('has the keccak-256 of the whole and of each chunk', () => {
    const bytes = counted(size * 2 + 5)
    const content = pipContent(bytes)
    assert.equal(hex(content.hash), viemKeccak256(bytes))
    assert.equal(content.size, bytes.length)
    for (const { hash, bytes: chunk } of content.chunks)
      assert.equal(hex(hash), viemKeccak256(chunk))
  })

  it('has at least one byte, and no more than the chunks hold', () => {
    for (const length of [0, most + 1]) {
      assert.throws(
        () => pipContent(counted(length)),
        (error) => isFault(error, 'GOVERNANCE_CONTENT_SIZE'),
      )
    }
  })

  it('is what its chunks are together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: most }), (length) => {
        const bytes = counted(length)
        const content = pipContent(bytes)
        const joined = joinContent(
          content,
          content.chunks.map(({ bytes: chunk }) => chunk),
        )
        assert.ok(hex(joined) === hex(bytes))
      }),
      { numRuns: 20 },
    )
  })

  it('is nothing else: chunks that lack, are more, changed or in another order are refused', () => {
    const content = pipContent(counted(size * 2))
    const [first, second] = content.chunks.map(({ bytes }) => bytes)
    assert.ok(first !== undefined && second !== undefined)
    const changed = first.slice()
    changed[7] = 0xff
    const wrong = [
      [first],
      [first, second, Uint8Array.of(1)],
      [changed, second],
      [second, first],
      [],
    ]
    for (const chunks of wrong) {
      assert.throws(
        () => joinContent(content, chunks),
        (error) => isFault(error, 'GOVERNANCE_CONTENT_MISMATCH'),
      )
    }
    assert.equal(joinContent(content, [concat(first, second)]).length, size * 2)
  })

  it('is named with its revision in what the Governor votes on', () => {
    const { hash } = pipContent(counted(3))
    assert.equal(proposalDescription(42, 3, hash), `PIP-42 r3 keccak256:${hex(hash)}`)
  })
})
