import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { isFault } from '#base'

import { JsonValues } from '../../rpc/transport/json-values.ts'

function read(most: number, chunks: readonly string[]): readonly string[] {
  const values = new JsonValues(most)
  return chunks.flatMap((chunk) => [...values.read(chunk)])
}

/** `text` cut at `places`. */
function cut(text: string, places: readonly number[]): readonly string[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].toSorted(
    (a, b) => a - b,
  )
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}

describe('a stream of JSON', () => {
  it('comes apart into its values, however it is divided and spaced', () => {
    const value = fc.oneof(
      fc.array(fc.jsonValue()),
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
    )
    const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t \n')
    const stream = fc.array(fc.tuple(value, space, fc.boolean()))
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (members, places) => {
        const texts = members.map(([one, , isWide]) =>
          JSON.stringify(one, undefined, isWide ? 2 : undefined),
        )
        const text = members.map(([, between], index) => `${between}${texts[index]}`).join('')
        assert.deepEqual(read(Infinity, cut(text, places)), texts)
        assert.deepEqual(read(Infinity, text.split('')), texts)
      }),
      { numRuns: 200 },
    )
  })

  it('is not misled by brackets and quotes inside of text', () => {
    const texts = ['{"a":"}{\\"]["}', '["\\\\"]', '["\\\\\\"]"]', '{"\\u007d":"}"}']
    assert.deepEqual(read(100, [texts.join('')]), texts)
  })

  it('is refused where no value begins', () => {
    for (const text of ['1', '"x"', 'null', '}', ']', 'x', ',', '[]1', '{} ,{}', '\u00a0{}']) {
      assert.throws(
        () => read(100, [text]),
        (error) => isFault(error, 'RPC_PARSE'),
      )
    }
  })

  it('is refused beyond the limit of one value, not of all', () => {
    assert.deepEqual(read(4, ['[', '12', ']', '[34]']), ['[12]', '[34]'])
    for (const chunks of [['[123]'], ['[1', '2', '34'], '[[[[['.split('')]) {
      assert.throws(
        () => read(4, chunks),
        (error) => isFault(error, 'RPC_BODY_TOO_LARGE'),
      )
    }
  })
})
