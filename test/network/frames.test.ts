import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat, fixed } from '#base'

import { frame, FrameReader } from '../../network/streams/frames.ts'

const body = fc.uint8Array({ minLength: 1, maxLength: 300 })

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(body), fc.array(fc.nat(700)), (bodies, cuts) => {
        const bytes = concat(...bodies.map((one) => frame(one)))
        const reader = new FrameReader(300)
        const seen: Uint8Array[] = []
        const take = (chunk: Uint8Array): void => {
          reader.push(chunk)
          for (let next = reader.next(); next !== undefined; next = reader.next()) seen.push(next)
        }
        let at = 0
        for (const cut of cuts) {
          take(bytes.subarray(at, at + cut))
          at = Math.min(bytes.length, at + cut)
        }
        take(bytes.subarray(at))
        assert.deepEqual(seen, bodies)
        assert.equal(reader.buffered, 0)
      }),
    )
  })

  it('of length zero or above the maximum are refused as soon as the length is there', () => {
    for (const length of [0, 301, 2 ** 31, 2 ** 32 - 1]) {
      const reader = new FrameReader(300)
      reader.push(fixed(length, 4).subarray(0, 3))
      assert.equal(reader.next(), undefined)
      reader.push(fixed(length, 4).subarray(3))
      assert.throws(() => reader.next(), { code: 'NETWORK_FRAME' })
    }
  })

  it('hold no more than what came', () => {
    const reader = new FrameReader(2 ** 20)
    reader.push(fixed(2 ** 20, 4))
    reader.push(new Uint8Array(10))
    assert.equal(reader.next(), undefined)
    assert.equal(reader.buffered, 14)
  })

  it('are no Buffers, whose slices share memory', () => {
    const reader = new FrameReader(300)
    reader.push(Buffer.from(frame(Uint8Array.of(1, 2, 3))))
    const one = reader.next()
    assert.equal(one?.constructor, Uint8Array)
  })

  it('of 10,000 malformed kinds throw one kind of fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const reader = new FrameReader(300)
        reader.push(bytes)
        try {
          for (let next = reader.next(); next !== undefined; next = reader.next()) {
            assert.ok(next.length <= 300)
          }
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'NETWORK_FRAME')
        }
      }),
      { numRuns: 10_000 },
    )
  })
})
