import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { bytesToHex, encodeAbiParameters, hexToBytes } from 'viem'

import { equal } from '#base'

import { type AbiType, type AbiValues, decodeValues, encodeValues } from '../../precompiles/abi.ts'

type Value = AbiValues[AbiType]

const exactly = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const below = (bits: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** bits - 1n })

const typed: Readonly<Record<AbiType, fc.Arbitrary<Value>>> = {
  address: exactly(20),
  bool: fc.boolean(),
  bytes: fc.uint8Array({ maxLength: 100 }),
  bytes32: exactly(32),
  'bytes32[]': fc.array(exactly(32), { maxLength: 4 }),
  string: fc.string({ unit: 'binary', maxLength: 40 }),
  uint8: below(8n),
  uint64: below(64n),
  uint256: below(256n),
}

const parameter = fc
  .constantFrom(...(Object.keys(typed) as AbiType[]))
  .chain((type) => typed[type].map((value) => ({ type, value })))
const tuple = fc.array(parameter, { maxLength: 8 })

function parametersOf(
  members: readonly { readonly type: AbiType }[],
): (readonly [AbiType, string])[] {
  return members.map(({ type }, index) => [type, `p${index}`] as const)
}

function viemValue(type: AbiType, value: Value): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (Array.isArray(value)) return value.map((word: Uint8Array) => bytesToHex(word))
  return type === 'uint8' ? Number(value) : value
}

describe('the ABI of plugins', () => {
  it("encodes as viem does, and decodes viem's encoding", () => {
    fc.assert(
      fc.property(tuple, (members) => {
        const parameters = parametersOf(members)
        const values = members.map(({ value }) => value)
        const expected = hexToBytes(
          encodeAbiParameters(
            members.map(({ type }) => ({ type })),
            members.map(({ type, value }) => viemValue(type, value)),
          ),
        )
        assert.deepEqual(encodeValues(parameters, values), Uint8Array.from(expected))
        assert.deepEqual(decodeValues(parameters, expected), values)
      }),
      { numRuns: 500 },
    )
  })

  it('accepts nothing but the one encoding of a tuple, and never throws', () => {
    const damage = fc.record({
      at: fc.nat(600),
      to: fc.nat(255),
      length: fc.integer({ min: -40, max: 40 }),
    })
    fc.assert(
      fc.property(tuple, damage, (members, { at, to, length }) => {
        const parameters = parametersOf(members)
        const whole = encodeValues(
          parameters,
          members.map(({ value }) => value),
        )
        const changed = new Uint8Array(Math.max(0, whole.length + length))
        changed.set(whole.subarray(0, changed.length))
        if (at < changed.length) changed[at] = to
        const values = decodeValues(parameters, changed)
        if (values === undefined) return
        assert.ok(equal(encodeValues(parameters, values), changed))
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses an offset that points back, two tails in one place, and a huge length', () => {
    const two = [
      ['bytes', 'a'],
      ['bytes', 'b'],
    ] as const
    const whole = encodeValues(two, [Uint8Array.of(1), Uint8Array.of(1)])
    const shared = whole.slice(0, 128)
    shared[63] = 0x40
    assert.equal(decodeValues(two, shared), undefined)
    const huge = whole.slice()
    huge.fill(0xff, 64, 96)
    assert.equal(decodeValues(two, huge), undefined)
    const back = whole.slice()
    back[31] = 0
    assert.equal(decodeValues(two, back), undefined)
  })
})
