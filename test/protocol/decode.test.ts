import assert from 'node:assert/strict'

import { concat, encodeRlp, isFault, type Rlp, rlpList, trimmed } from '#base'
import { decodeTransaction, encodeTransaction, limits, type Transaction } from '#protocol'

import { keyHash, transfer } from './sample.ts'

const names =
  'chainId nonceKey nonce validUntil maxPriorityFeePerGas maxFeePerGas gasLimit to value data accessList sender algorithm key signature'.split(
    ' ',
  )
const integers = [0, 1, 2, 3, 4, 5, 6, 8]

/** The fields as RLP items, some replaced. */
function items(changes: Readonly<Record<number, Rlp>> = {}): Rlp[] {
  const tx = transfer()
  const fields: Rlp[] = [
    trimmed(tx.chainId),
    trimmed(tx.nonceKey),
    trimmed(tx.nonce),
    trimmed(tx.validUntil),
    trimmed(tx.maxPriorityFeePerGas),
    trimmed(tx.maxFeePerGas),
    trimmed(tx.gasLimit),
    tx.to,
    trimmed(tx.value),
    tx.data,
    tx.accessList,
    tx.sender,
    Uint8Array.of(tx.algorithm),
    tx.key,
    tx.signature,
  ]
  return fields.map((field, index) => changes[index] ?? field)
}

function wireOf(fields: Rlp): Uint8Array {
  return concat(Uint8Array.of(0x50), encodeRlp(fields))
}

function refused(wire: Uint8Array, code: string): void {
  assert.throws(() => decodeTransaction(wire), { name: 'Fault', code }, code)
}

describe('decodeTransaction', () => {
  it('gives back every field of what encodeTransaction wrote', () => {
    const slot = new Uint8Array(32).fill(9)
    const address = new Uint8Array(20).fill(8)
    const samples: Transaction[] = [
      transfer(),
      transfer({ key: keyHash, to: new Uint8Array(0), data: Uint8Array.of(0x60, 0x00) }),
      transfer({
        accessList: [
          [address, [slot, slot]],
          [address, []],
        ],
        nonceKey: 2n ** 256n - 1n,
      }),
      transfer({ chainId: 2n ** 52n - 1n, nonce: 2n ** 64n - 2n, validUntil: 2n ** 64n - 1n }),
      transfer({ gasLimit: 2n ** 24n, algorithm: 0x44 }),
      transfer({ algorithm: 0x87, data: Uint8Array.of(0) }),
    ]
    for (const sample of samples) {
      const wire = encodeTransaction(sample)
      assert.deepEqual(decodeTransaction(wire), sample)
      assert.deepEqual(encodeTransaction(decodeTransaction(wire)), wire)
    }
  })

  it('refuses every truncation', () => {
    const wire = encodeTransaction(transfer({ algorithm: 0x44, key: keyHash }))
    for (let size = 0; size < wire.length; size++) {
      refused(wire.subarray(0, size), size === 0 ? 'TX_TYPE' : 'TX_RLP')
    }
  })

  it('refuses trailing bytes, inside and behind the list', () => {
    const wire = encodeTransaction(transfer())
    for (const byte of [0x00, 0x50, 0x80, 0xc0, 0xff]) {
      refused(concat(wire, Uint8Array.of(byte)), 'TX_RLP')
    }
    refused(wireOf([...items(), new Uint8Array(0)]), 'TX_FIELD_COUNT')
  })

  it('refuses any number of fields but 15', () => {
    for (let count = 0; count < 15; count++)
      refused(wireOf(items().slice(0, count)), 'TX_FIELD_COUNT')
    refused(wireOf([...items(), ...items()]), 'TX_FIELD_COUNT')
  })

  it('refuses a payload that is no list', () => {
    refused(wireOf(Uint8Array.of(0x51)), 'TX_RLP')
    refused(wireOf(new Uint8Array(100)), 'TX_RLP')
  })

  for (const type of [0x00, 0x01, 0x02, 0x03, 0x04, 0xc0, 0xf8, 0xff]) {
    it(`refuses ECDSA's 0x${type.toString(16)} and names the cure`, () => {
      const wire = concat(Uint8Array.of(type), encodeRlp(items()))
      refused(wire, 'TX_CLASSICAL')
      assert.throws(() => decodeTransaction(wire), /sign with ML-DSA/)
    })
  }

  it('refuses every other type', () => {
    for (let type = 0x05; type < 0xc0; type++) {
      if (type === 0x50) continue
      refused(concat(Uint8Array.of(type), encodeRlp(items())), 'TX_TYPE')
    }
    refused(new Uint8Array(0), 'TX_TYPE')
  })

  it('refuses leading zeros and more than 32 bytes in every integer', () => {
    for (const index of integers) {
      for (const digits of [[0], [0, 1], Array.from({ length: 33 }, () => 1)]) {
        refused(wireOf(items({ [index]: Uint8Array.from(digits) })), 'TX_INTEGER')
      }
    }
  })

  it('refuses a list where bytes belong, and bytes where a list belongs', () => {
    for (const [index, name] of names.entries()) {
      const wrong: Rlp = name === 'accessList' ? Uint8Array.of(1) : []
      refused(wireOf(items({ [index]: wrong })), 'TX_FIELD_TYPE')
    }
  })

  it('refuses values out of range', () => {
    const tooMuch: Readonly<Record<number, bigint>> = {
      0: 2n ** 52n,
      2: 2n ** 64n - 1n,
      3: 2n ** 64n,
      6: 2n ** 24n + 1n,
    }
    for (const [index, value] of Object.entries(tooMuch)) {
      refused(wireOf(items({ [index]: trimmed(value) })), 'TX_RANGE')
    }
    refused(wireOf(items({ 0: new Uint8Array(0) })), 'TX_RANGE')
  })

  it('refuses addresses, keys and signatures of other lengths', () => {
    for (const size of [1, 19, 21, 32]) {
      refused(wireOf(items({ 7: new Uint8Array(size) })), 'TX_LENGTH')
      refused(wireOf(items({ 11: new Uint8Array(size) })), 'TX_LENGTH')
    }
    refused(wireOf(items({ 11: new Uint8Array(0) })), 'TX_LENGTH')
    for (const size of [0, 31, 33, 1312, 1951, 1953, 2592]) {
      refused(wireOf(items({ 13: new Uint8Array(size) })), 'TX_KEY')
    }
    for (const size of [0, 1, 2420, 3308, 3310, 4627]) {
      refused(wireOf(items({ 14: new Uint8Array(size) })), 'TX_SIGNATURE_LENGTH')
    }
  })

  it('refuses unknown algorithms', () => {
    for (let code = 0; code < 256; code++) {
      if (code === 0x44 || code === 0x65 || code === 0x87) continue
      refused(wireOf(items({ 12: Uint8Array.of(code) })), 'TX_ALGORITHM')
    }
    refused(wireOf(items({ 12: new Uint8Array(0) })), 'TX_ALGORITHM')
    refused(wireOf(items({ 12: Uint8Array.of(0x65, 0x65) })), 'TX_ALGORITHM')
  })

  it('refuses access lists of another shape', () => {
    const address = new Uint8Array(20)
    const shapes: [Rlp, string][] = [
      [[address], 'TX_FIELD_TYPE'],
      [[[address]], 'TX_ACCESS_ENTRY'],
      [[[address, [], []]], 'TX_ACCESS_ENTRY'],
      [[[address, address]], 'TX_FIELD_TYPE'],
      [[[[], []]], 'TX_FIELD_TYPE'],
      [[[address, [[]]]], 'TX_RLP'],
      [[[new Uint8Array(19), []]], 'TX_LENGTH'],
      [[[address, [new Uint8Array(31)]]], 'TX_LENGTH'],
    ]
    for (const [shape, code] of shapes) refused(wireOf(items({ 10: shape })), code)
  })

  it('refuses lengths that are not minimal, in every field and in the list', () => {
    const encoded = items().map((item) => encodeRlp(item))
    for (const [index, field] of encoded.entries()) {
      const first = field[0] ?? 0
      const self = first < 0x80
      const kind = first >= 0xc0 ? 0xc0 : 0x80
      const short = first < kind + 56
      const head = self ? [0x81] : short ? [kind + 56, first - kind] : [first + 1, 0]
      const longer = concat(Uint8Array.from(head), self ? field : field.subarray(1))
      const wire = concat(Uint8Array.of(0x50), rlpList(encoded.with(index, longer)))
      refused(wire, 'TX_RLP')
    }
    const wire = encodeTransaction(transfer())
    const stretched = concat(Uint8Array.of(0x50, (wire[1] ?? 0) + 1, 0), wire.subarray(2))
    refused(stretched, 'TX_RLP')
  })

  it('refuses one byte more than the limit, and takes the limit', () => {
    const most = limits.transactionBytes.value
    const overhead = encodeTransaction(transfer({ data: new Uint8Array(70_000) })).length - 70_000
    const largest = transfer({ data: new Uint8Array(most - overhead) })
    assert.equal(encodeTransaction(largest).length, most)
    assert.deepEqual(decodeTransaction(encodeTransaction(largest)), largest)
    const larger = transfer({ data: new Uint8Array(most - overhead + 1) })
    assert.throws(() => encodeTransaction(larger), { code: 'TX_TOO_LARGE' })
    refused(new Uint8Array(most + 1).fill(0x50), 'TX_TOO_LARGE')
  })

  it('refuses deep nesting without using up the stack', () => {
    refused(concat(Uint8Array.of(0x50), new Uint8Array(130_000).fill(0xc1)), 'TX_RLP')
    let nested: Rlp = []
    for (let depth = 0; depth < 1_000; depth++) nested = [nested]
    refused(wireOf(items({ 10: nested })), 'TX_RLP')
  })
})

describe('encodeTransaction', () => {
  const wrong: [Partial<Transaction>, string][] = [
    [{ chainId: 0n }, 'TX_RANGE'],
    [{ nonce: -1n }, 'TX_RANGE'],
    [{ nonceKey: 2n ** 256n }, 'TX_RANGE'],
    [{ value: 2n ** 256n }, 'TX_RANGE'],
    [{ to: new Uint8Array(19) }, 'TX_LENGTH'],
    [{ sender: new Uint8Array(0) }, 'TX_LENGTH'],
    [{ key: new Uint8Array(64) }, 'TX_KEY'],
    [{ signature: new Uint8Array(0) }, 'TX_SIGNATURE_LENGTH'],
    [{ accessList: [[new Uint8Array(20), [new Uint8Array(1)]]] }, 'TX_LENGTH'],
  ]
  for (const [changes, code] of wrong) {
    it(`refuses with ${code} what could not be decoded: ${Object.keys(changes).join()}`, () => {
      assert.throws(
        () => encodeTransaction(transfer(changes)),
        (error) => isFault(error, code),
      )
    })
  }
})
