import assert from 'node:assert/strict'

import { limits } from '../../../mesh/limits.ts'
import { Aliases, readSuccession, signSuccession } from '../../../mesh/reach/succession.ts'
import { identityOf, start } from './scene.ts'

function filled(at: number): Uint8Array {
  return new Uint8Array(32).fill(at, 0, 31).fill(at >> 8, 31)
}

describe('a succession', () => {
  const [old, next] = [identityOf('a0'), identityOf('a1')]
  const record = signSuccession(old, next.address, start)

  it('leads from an old address to a new one, by the signature of the old', () => {
    assert.equal(record.length, 5350)
    const { address, successor, issued } = readSuccession(record)
    assert.deepEqual(address, old.address)
    assert.deepEqual(successor, next.address)
    assert.equal(issued, start / 1000)
  })

  it('is refused where anything in it is another', () => {
    for (const at of [0, 31, 32, 1983, 1984, 2004, 2005, 2036, 2037, 2041, 5349]) {
      const changed = record.with(at, (record[at] ?? 0) ^ 1)
      assert.throws(() => readSuccession(changed), { code: 'MESH_MALFORMED' }, `${at}`)
    }
    assert.throws(() => readSuccession(record.subarray(1)), { code: 'MESH_MALFORMED' })
  })
})

describe('aliases', () => {
  it('lead over all successors to the last, and name all that lead there', () => {
    const aliases = new Aliases()
    assert.ok(aliases.accept({ address: filled(1), successor: filled(2), issued: 1 }))
    assert.ok(aliases.accept({ address: filled(2), successor: filled(3), issued: 2 }))
    assert.deepEqual(aliases.current(filled(1)), filled(3))
    assert.deepEqual(aliases.current(filled(9)), filled(9))
    assert.deepEqual(aliases.formerOf(filled(3)), [filled(1), filled(2)])
  })

  it('keep the first successor, and never go in a circle or beyond their room', () => {
    const aliases = new Aliases()
    assert.ok(aliases.accept({ address: filled(1), successor: filled(2), issued: 1 }))
    assert.ok(aliases.accept({ address: filled(1), successor: filled(2), issued: 5 }))
    assert.ok(!aliases.accept({ address: filled(1), successor: filled(3), issued: 9 }))
    assert.ok(!aliases.accept({ address: filled(2), successor: filled(1), issued: 1 }))
    assert.ok(!aliases.accept({ address: filled(4), successor: filled(4), issued: 1 }))
    for (let at = 300; at < 300 + limits.aliases.value; at++) {
      aliases.accept({ address: filled(at), successor: filled(3), issued: 1 })
    }
    assert.ok(!aliases.accept({ address: filled(5), successor: filled(6), issued: 1 }))
  })
})
