import assert from 'node:assert/strict'

import { concat } from '#base'
import { mlDsa } from '#crypto'

import { meshHash } from '../../../mesh/hash.ts'
import {
  addressOfRecord,
  decodeKeyRecord,
  encodeKeyRecord,
  keyRecordBytes,
} from '../../../mesh/link/index.ts'
import { Seeded } from '../../seeded.ts'
import { resident } from './pair.ts'

const random = new Seeded('records')
const { record, address } = resident(random)
const code = 'MESH_MALFORMED'

describe('the record of a key', () => {
  it('is 1237 bytes that their address vouches for', () => {
    const bytes = encodeKeyRecord(record)
    assert.equal(bytes.length, 1237)
    assert.equal(keyRecordBytes, 1237)
    assert.deepEqual(decodeKeyRecord(bytes, address), record)
  })

  it('has the address that the specification says', () => {
    const signingKey = mlDsa(0x65).generate(random).publicKey
    const full = { ...record, signingKeyHash: meshHash('sig-key', 32, signingKey) }
    const parts = concat(meshHash('kem-key', 32, record.kemKey), full.signingKeyHash, record.anchor)
    assert.deepEqual(addressOfRecord(full), meshHash('addr', 32, parts))
  })

  it('is refused with any byte changed, of another address and of other lengths', () => {
    const bytes = encodeKeyRecord(record)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.with(at, bytes[at]! ^ (1 << random.below(8)))
      assert.throws(() => decodeKeyRecord(changed, address), { code })
    }
    assert.throws(() => decodeKeyRecord(bytes, resident(random).address), { code })
    assert.throws(() => decodeKeyRecord(bytes, address.subarray(0, 16)), { code })
    for (const size of [0, 1236, 1238]) {
      assert.throws(() => decodeKeyRecord(random.bytes(size), address), { code })
    }
  })

  it('is refused where the address commits to a key that is none', () => {
    const none = { ...record, kemKey: new Uint8Array(1184).fill(0xff) }
    assert.throws(() => decodeKeyRecord(encodeKeyRecord(none), addressOfRecord(none)), { code })
  })
})
