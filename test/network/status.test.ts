import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { encodeRlp, isFault, type Rlp, utf8 } from '#base'

import { limits } from '../../network/limits.ts'
import { decodeStatus, encodeStatus } from '../../network/status/status.ts'
import { statusOf } from './nodes.ts'

const status = { ...statusOf(), protocols: ['/pars/status/1', '/pars/dag/1'] }

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const plain = { noNullPrototype: true }
const statuses = fc.record(
  {
    networkId: hash,
    chainId: fc.integer({ min: 1, max: 2 ** 52 - 1 }),
    head: fc.record({ height: fc.nat(), hash }, plain),
    epoch: fc.nat(),
    client: fc.stringMatching(/^[ -~]{0,64}$/),
    protocols: fc.array(fc.stringMatching(/^\/[!-~]{0,62}$/), { maxLength: 32 }),
  },
  plain,
)

describe('status', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(statuses, (one) => assert.deepEqual(decodeStatus(encodeStatus(one)), one)),
    )
  })

  it('survives 10,000 malformed ones with one kind of fault', () => {
    const good = encodeStatus(status)
    const mutated = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const bytes = good.slice()
      bytes[at] = byte
      return bytes
    })
    const cut = fc.nat(good.length - 1).map((length) => good.slice(0, length))
    const noise = fc.uint8Array({ maxLength: 5_000 })
    fc.assert(
      fc.property(fc.oneof(mutated, cut, noise), (bytes) => {
        try {
          const read = decodeStatus(bytes)
          assert.deepEqual(Buffer.from(encodeStatus(read)), Buffer.from(bytes))
        } catch (error) {
          assert.ok(isFault(error, 'NETWORK_STATUS'), String(error))
        }
      }),
      { numRuns: 10_000 },
    )
  })

  const fields: readonly Rlp[] = [
    Uint8Array.of(1),
    new Uint8Array(32),
    Uint8Array.of(1),
    new Uint8Array(0),
    new Uint8Array(32),
    new Uint8Array(0),
    utf8('pars'),
    [utf8('/a')],
  ]
  const wrong: readonly (readonly [string, number, Rlp])[] = [
    ['another format', 0, Uint8Array.of(2)],
    ['a network id of 31 bytes', 1, new Uint8Array(31)],
    ['a chain id with a leading zero', 2, Uint8Array.of(0, 1)],
    ['a height above 2^53', 3, new Uint8Array(7).fill(255)],
    ['a client with a control character', 6, utf8('pars\u001b[2J')],
    ['a client of 65 characters', 6, utf8('x'.repeat(65))],
    ['33 protocols', 7, Array<Rlp>(33).fill(utf8('/a'))],
    ['protocols that are no list', 7, utf8('/a')],
    ['a list for a protocol', 7, [[utf8('/a')]]],
  ]
  for (const [what, index, value] of wrong) {
    it(`is none with ${what}`, () => {
      decodeStatus(encodeRlp(fields))
      const changed = fields.with(index, value)
      assert.throws(() => decodeStatus(encodeRlp(changed)), { code: 'NETWORK_STATUS' })
    })
  }

  it('is none above its size', () => {
    const bytes = new Uint8Array(limits.statusBytes.value + 1)
    assert.throws(() => decodeStatus(bytes), /too long/)
  })
})
