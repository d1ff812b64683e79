import assert from 'node:assert/strict'

import { TypedDataEncoder } from 'ethers'
import * as fc from 'fast-check'
import { hashTypedData, type TypedDataDefinition } from 'viem'

import { concat, fixed, hex, isFault, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { typedDataPreimage } from '#protocol'
import { type TypedData, typedDataHash } from '#sdk'

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hex)
const sized = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map(hex)
const unsigned = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n)
const signed = (bits: number) => fc.bigInt(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n)

/** The standard's example of structs within structs, with every kind of atom. */
const types = {
  Mail: [
    { name: 'from', type: 'Person' },
    { name: 'to', type: 'Person[]' },
    { name: 'text', type: 'string' },
    { name: 'attachment', type: 'bytes' },
    { name: 'sum', type: 'uint256' },
    { name: 'change', type: 'int64' },
    { name: 'flags', type: 'bool[2][]' },
    { name: 'selector', type: 'bytes4' },
    { name: 'root', type: 'bytes32' },
  ],
  Person: [
    { name: 'name', type: 'string' },
    { name: 'wallet', type: 'address' },
    { name: 'age', type: 'uint8' },
  ],
}

const person = fc.record({ name: fc.string(), wallet: address, age: unsigned(8).map(Number) })
const message = fc.record({
  from: person,
  to: fc.array(person, { maxLength: 3 }),
  text: fc.string({ unit: 'grapheme' }),
  attachment: fc.uint8Array({ maxLength: 40 }).map(hex),
  sum: unsigned(256).map(String),
  change: signed(64).map(String),
  flags: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 3 }),
  selector: sized(4),
  root: sized(32),
})
const domain = fc.record(
  {
    name: fc.string(),
    // viem leaves an empty one out.
    version: fc.string({ minLength: 1 }),
    chainId: fc.integer({ min: 1, max: 2 ** 31 }),
    verifyingContract: address,
    salt: sized(32),
  },
  { requiredKeys: [] },
)

const plain: TypedData = {
  types: { Note: [{ name: 'value', type: 'uint8' }] },
  primaryType: 'Note',
  domain: {},
  message: { value: 1 },
}

function refused(changes: Partial<TypedData>, place: string): void {
  assert.throws(
    () => typedDataHash({ ...plain, ...changes }),
    (error) =>
      isFault(error, 'SDK_TYPED_DATA') && 'place' in error.facts && error.facts.place === place,
  )
}

describe('the hash of typed data', () => {
  it('is that of viem and of ethers', () => {
    fc.assert(
      fc.property(domain, message, (inDomain, inMessage) => {
        const data = { types, primaryType: 'Mail', domain: inDomain, message: inMessage }
        const hash = hex(typedDataHash(data))
        // viem takes the integers of JSON, but its types do not say so.
        assert.equal(hash, hashTypedData(data as unknown as TypedDataDefinition))
        assert.equal(hash, TypedDataEncoder.hash(inDomain, types, inMessage))
      }),
      { numRuns: 200 },
    )
  })

  it('takes integers as numbers, decimal and hexadecimal text, and bigints', () => {
    const one = hex(typedDataHash(plain))
    for (const value of ['1', '0x1', '0x01', 1n]) {
      assert.equal(hex(typedDataHash({ ...plain, message: { value } })), one)
    }
  })

  it('ends where a struct that holds itself does', () => {
    const list = {
      types: {
        Item: [
          { name: 'value', type: 'uint8' },
          { name: 'next', type: 'Item' },
        ],
      },
      primaryType: 'Item',
      domain: {},
      message: { value: 1, next: { value: 2, next: null } },
    }
    const typeHash = keccak256(utf8('Item(uint8 value,Item next)'))
    const next = keccak256(concat(typeHash, fixed(2, 32), fixed(0, 32)))
    const item = keccak256(concat(typeHash, fixed(1, 32), next))
    const separator = keccak256(keccak256(utf8('EIP712Domain()')))
    assert.deepEqual(typedDataHash(list), keccak256(typedDataPreimage(separator, item)))
  })

  it('of a domain alone is that of viem', () => {
    const data = { types: {}, primaryType: 'EIP712Domain' as const, domain: { name: 'Post' } }
    assert.equal(
      hex(typedDataHash({ ...data, message: {} })),
      hashTypedData(data as unknown as TypedDataDefinition),
    )
  })

  it('is refused where data and types differ, with the place', () => {
    refused({ message: {} }, 'message.value')
    refused({ message: { value: 256 } }, 'message.value')
    refused({ message: { value: -1 } }, 'message.value')
    refused({ message: { value: 1.5 } }, 'message.value')
    refused({ message: { value: 2 ** 53 } }, 'message.value')
    refused({ message: { value: true } }, 'message.value')
    refused({ primaryType: 'Other' }, 'message')
    refused({ primaryType: 'toString' }, 'message')
    refused({ domain: { chainId: 'one' } }, 'domain.chainId')
    refused({ domain: { verifyingContract: '0x00' } }, 'domain.verifyingContract')
    for (const [type, value] of [
      ['uint7', 1],
      ['uint', 1],
      ['uint264', 1],
      ['bytes0', '0x'],
      ['bytes33', `0x${'00'.repeat(33)}`],
      ['bytes2', '0x01'],
      ['bytes', '0x1'],
      ['bytes', 'text'],
      ['string', 1],
      ['bool', 'true'],
      ['bool', 1],
      ['address', '0x'],
      ['uint8[2]', [1]],
      ['uint8[]', 1],
      ['Missing', {}],
      ['Note', 1],
    ] as const) {
      const Note = [{ name: 'value', type }]
      refused({ types: { Note }, message: { value } }, 'message.value')
    }
  })

  it('is refused where types are more than anybody reads', () => {
    const many = Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`T${index}`, []]))
    refused({ types: { ...plain.types, ...many } }, 'types')
    refused({ types: { Note: [{ name: 'x'.repeat(32_768), type: 'uint8' }] } }, 'types')
  })
})
