import assert from 'node:assert/strict'
import { hash } from 'node:crypto'

import { sha3_256, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js'

import { concat, fixed } from '#base'
import { callInMemory, discover } from '#precompiles'

import { Seeded } from '../seeded.ts'

const random = new Seeded('sha3')
const plugin = (await discover()).find(({ name }) => name === 'sha3')!

const operations = [
  { number: 1, name: 'sha3-256', digest: 32, noble: (data: Uint8Array) => sha3_256(data) },
  { number: 2, name: 'sha3-512', digest: 64, noble: (data: Uint8Array) => sha3_512(data) },
  {
    number: 3,
    name: 'shake128',
    digest: undefined,
    noble: (data: Uint8Array, dkLen: number) => shake128(data, { dkLen }),
  },
  {
    number: 4,
    name: 'shake256',
    digest: undefined,
    noble: (data: Uint8Array, dkLen: number) => shake256(data, { dkLen }),
  },
] as const

function call(number: number, outBytes: number, data: Uint8Array): Uint8Array {
  const outcome = callInMemory(plugin, concat(fixed(number, 1), fixed(outBytes, 2), data))
  assert.ok(outcome.status === 'returned')
  return outcome.output
}

describe('the precompile sha3', () => {
  for (const { number, name, digest, noble } of operations) {
    it(`${name} hashes as node:crypto and noble do, whatever the lengths`, () => {
      for (let round = 0; round < 500; round++) {
        const data = random.bytes(round < 300 ? round : random.below(5000))
        const outBytes = digest ?? 1 + random.below(round % 10 === 0 ? 8192 : 400)
        const options = { outputEncoding: 'buffer' as const }
        const expected = hash(name, data, digest ? options : { ...options, outputLength: outBytes })
        const found = call(number, outBytes, data)
        assert.deepEqual(found, new Uint8Array(expected), `${data.length} to ${outBytes}`)
        assert.deepEqual(found, noble(data, outBytes))
      }
    })

    it(`${name} gives nothing for a length that it does not have`, () => {
      const data = random.bytes(9)
      const wrong = digest === undefined ? [0, 8193, 65_535] : [0, digest - 1, digest + 1, 8192]
      for (const outBytes of wrong) assert.equal(call(number, outBytes, data).length, 0)
    })
  }

  it('knows four operations', () => {
    for (let number = 0; number < 256; number++) {
      const lengths = [32, 64].map((outBytes) => call(number, outBytes, new Uint8Array(1)).length)
      const expected = { 1: [32, 0], 2: [0, 64], 3: [32, 64], 4: [32, 64] }[number] ?? [0, 0]
      assert.deepEqual(lengths, expected, `operation ${number}`)
    }
  })
})
