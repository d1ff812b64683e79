import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { pack, unpack } from '../../../chain/engine/packing.ts'

const bytes = fc.uint8Array({ maxLength: 600 })
const text = fc.oneof(
  fc.string(),
  fc.string().map((rest) => `\0${rest}`),
  fc.constant('\0 00'),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    bytes,
    text,
    fc.bigInt(),
    fc.integer(),
    fc.constantFrom(true, null, undefined),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('from', 'to', 'data', 'output'), tie('value'), {
      noNullPrototype: true,
    }),
  ),
}))

describe('packed values', () => {
  it('come out as they were, after they have crossed', () => {
    fc.assert(
      fc.property(value, (given) => {
        assert.deepEqual(unpack(structuredClone(pack(given))), given)
      }),
    )
  })

  it('carry short bytes as text and long ones as bytes', () => {
    assert.deepEqual(pack([Uint8Array.of(1, 0xab), '\0']), ['\x0001ab', '\0 \0'])
    const long = new Uint8Array(257)
    assert.equal(pack(long), long)
  })
})
