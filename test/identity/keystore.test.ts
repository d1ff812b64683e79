import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat, Fault, isFault, unhex, utf8 } from '#base'
import { keyHash, mlDsa } from '#crypto'
import {
  checkNetwork,
  formatKeystore,
  type Keystore,
  limits,
  openKeystore,
  parseKeystore,
} from '#identity'
import { testSeeds } from '#protocol'

import { countingRandom, networkId, password, seal } from './keys.ts'

/** Written once by this format: what it says must be read for ever. */
const kept = `{
  "format": "pars-keystore/1",
  "algorithm": "ML-DSA-65",
  "address": "0x046c1078a58efd1a78d9f6ea29f181518a7220df",
  "keyHash": "0x7ae2edd9d94c95804d5642a2046c1078a58efd1a78d9f6ea29f181518a7220df",
  "networkId": "0x4747474747474747474747474747474747474747474747474747474747474747",
  "kdf": {
    "name": "argon2id",
    "memoryKiB": 8,
    "iterations": 1,
    "parallelism": 1,
    "salt": "0x000102030405060708090a0b0c0d0e0f"
  },
  "cipher": {
    "name": "aes-256-gcm",
    "nonce": "0x101112131415161718191a1b",
    "sealed": "0x640946bbcaec24fa5c759fb12426f7e739f72d2db498660b9230009970214205396f5fe06ac2c26fb2a974f77cd4db01"
  },
  "checksum": "0xde4ac0792ca61e4804adbf4aad9f049b95ff91715167bc47367a7835a5f75509"
}
`

interface Document {
  [name: string]: unknown
  kdf: Record<string, unknown>
  cipher: Record<string, unknown>
}

function edited(keystore: Keystore, edit: (document: Document) => unknown): Uint8Array {
  const document = JSON.parse(new TextDecoder().decode(formatKeystore(keystore))) as Document
  return utf8(JSON.stringify(edit(document) ?? document))
}

function flip(bytes: Uint8Array): Uint8Array {
  return bytes.with(0, bytes[0]! ^ 1)
}

function assertRefused(bytes: Uint8Array): void {
  assert.throws(() => parseKeystore(bytes), Fault)
}

const refusal = (code: string) => (error: unknown) => isFault(error, code)

describe('a keystore file', () => {
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`gives the key of algorithm 0x${algorithm.toString(16)} back to its password`, async () => {
      const key = mlDsa(algorithm).generate(countingRandom())
      const keystore = parseKeystore(formatKeystore(await seal({ key })))
      assert.equal(keystore.algorithm, algorithm)
      assert.deepEqual(keystore.keyHash, keyHash(algorithm, key.publicKey))
      assert.deepEqual(keystore.address, keystore.keyHash.slice(12))
      assert.deepEqual(keystore.networkId, networkId)
      const opened = await openKeystore(keystore, password)
      assert.deepEqual(opened.seed, key.seed)
      assert.deepEqual(opened.publicKey, key.publicKey)
    })
  }

  it('is read as it was once written', async () => {
    const keystore = parseKeystore(utf8(kept))
    assert.equal(new TextDecoder().decode(formatKeystore(keystore)), kept)
    assert.deepEqual((await openKeystore(keystore, password)).seed, testSeeds[0])
  })

  it('keeps the account of a key that came into it by rotation', async () => {
    const address = new Uint8Array(20).fill(7)
    const keystore = parseKeystore(formatKeystore(await seal({ address })))
    assert.deepEqual(keystore.address, address)
    await openKeystore(keystore, password)
  })

  it('never shows the seed', async () => {
    const seed = new Uint8Array(32).fill(0xa5)
    const text = new TextDecoder().decode(
      formatKeystore(await seal({ key: mlDsa(0x65).fromSeed(seed) })),
    )
    assert.doesNotMatch(text, /a5a5a5/)
  })

  it('takes a password from every keyboard, and no other', async () => {
    const keystore = await seal({ password: 'caf\u00e9 cr\u00e8me' })
    await openKeystore(keystore, 'cafe\u0301 cre\u0300me')
    await assert.rejects(openKeystore(keystore, 'cafe creme'), refusal('IDENTITY_PASSWORD_WRONG'))
  })

  for (const [name, wrong] of [
    ['short', 'seven77'],
    ['long', 'x'.repeat(limits.passwordBytes.value + 1)],
  ] as const) {
    it(`takes no password that is too ${name}`, async () => {
      await assert.rejects(seal({ password: wrong }), refusal('IDENTITY_PASSWORD_LENGTH'))
      const keystore = await seal()
      await assert.rejects(openKeystore(keystore, wrong), refusal('IDENTITY_PASSWORD_LENGTH'))
    })
  }

  it('is for one purpose', async () => {
    const validator = formatKeystore(await seal({ purpose: 'validator' }))
    assert.throws(() => parseKeystore(validator), refusal('IDENTITY_KEY_PURPOSE'))
    const account = await seal()
    const written = formatKeystore(account)
    assert.throws(() => parseKeystore(written, 'validator'), refusal('IDENTITY_KEY_PURPOSE'))
    const keystore = parseKeystore(validator, 'validator')
    await openKeystore(keystore, password)
    const relabelled = { ...account, purpose: 'validator' } as const
    await assert.rejects(openKeystore(relabelled, password), refusal('IDENTITY_PASSWORD_WRONG'))
  })

  it('is for one network', async () => {
    const keystore = await seal()
    checkNetwork(keystore, networkId)
    assert.throws(
      () => checkNetwork(keystore, new Uint8Array(32)),
      refusal('IDENTITY_FOREIGN_NETWORK'),
    )
  })
})

describe('a keystore file that somebody changed', () => {
  it('is refused without the password, whichever byte differs', async () => {
    const bytes = formatKeystore(await seal())
    const before = parseKeystore(bytes)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = bytes.slice()
        changed[at]! ^= mask
        try {
          // White space alone may differ.
          assert.deepEqual(parseKeystore(changed), before)
        } catch (error) {
          assert.ok(isFault(error), String(error))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('is refused with the password, if it has a checksum of its own', async () => {
    const keystore = await seal()
    const forged: readonly Keystore[] = [
      { ...keystore, algorithm: 0x87 },
      { ...keystore, address: flip(keystore.address) },
      { ...keystore, keyHash: flip(keystore.keyHash) },
      { ...keystore, networkId: flip(keystore.networkId) },
      { ...keystore, kdf: { ...keystore.kdf, salt: flip(keystore.kdf.salt) } },
      { ...keystore, kdf: { ...keystore.kdf, iterations: 2 } },
      { ...keystore, kdf: { ...keystore.kdf, memoryKiB: 16 } },
      { ...keystore, nonce: flip(keystore.nonce) },
      { ...keystore, sealed: flip(keystore.sealed) },
    ]
    for (const one of forged) {
      const read = parseKeystore(formatKeystore(one))
      await assert.rejects(openKeystore(read, password), refusal('IDENTITY_PASSWORD_WRONG'))
    }
  })

  const edits: readonly (readonly [
    name: string,
    code: string,
    edit: (document: Document) => unknown,
  ])[] = [
    [
      'another version',
      'IDENTITY_KEYSTORE_VERSION',
      (one) => void (one['format'] = 'pars-keystore/2'),
    ],
    ['another format', 'IDENTITY_KEYSTORE_INVALID', (one) => void (one['format'] = 'keystore/1')],
    ['a field too many', 'IDENTITY_KEYSTORE_INVALID', (one) => ({ ...one, note: '' })],
    ['a field too few', 'IDENTITY_KEYSTORE_INVALID', (one) => void delete one['address']],
    ['another cipher', 'IDENTITY_KEYSTORE_INVALID', (one) => void (one.cipher['name'] = 'none')],
    ['another derivation', 'IDENTITY_KEYSTORE_INVALID', (one) => void (one.kdf['name'] = 'scrypt')],
    [
      'an algorithm nobody has',
      'IDENTITY_KEYSTORE_INVALID',
      (one) => void (one['algorithm'] = 'RSA'),
    ],
    ['a short salt', 'IDENTITY_KEYSTORE_INVALID', (one) => void (one.kdf['salt'] = '0x00')],
    [
      'upper case',
      'IDENTITY_KEYSTORE_INVALID',
      (one) => void (one['address'] = `0x${'AB'.repeat(20)}`),
    ],
    [
      'a cost that is no number',
      'IDENTITY_KEYSTORE_INVALID',
      (one) => void (one.kdf['iterations'] = '3'),
    ],
    ['another cost', 'IDENTITY_KEYSTORE_CORRUPTED', (one) => void (one.kdf['iterations'] = 2)],
    ['a list', 'IDENTITY_KEYSTORE_INVALID', () => []],
  ]
  for (const [name, code, edit] of edits) {
    it(`is refused with ${code} for ${name}`, async () => {
      const bytes = edited(await seal(), edit)
      assert.throws(() => parseKeystore(bytes), refusal(code))
    })
  }

  it('takes at most 4,096 bytes', async () => {
    const written = formatKeystore(await seal())
    const padded = (size: number) => concat(written, new Uint8Array(size - written.length).fill(32))
    parseKeystore(padded(4_096))
    assert.throws(() => parseKeystore(padded(4_097)), refusal('IDENTITY_KEYSTORE_INVALID'))
  })

  it('is refused with the name of the command that writes its kind', () => {
    assert.throws(() => parseKeystore(utf8('{}')), { message: /pars account new or export/ })
    assert.throws(() => parseKeystore(utf8('{}'), 'validator'), {
      message: /pars validator keys new/,
    })
  })

  it('cannot hold the machine with what its derivation costs', async () => {
    const keystore = await seal()
    for (const cost of [
      { memoryKiB: limits.kdfMemory.value + 1, iterations: 1, parallelism: 1 },
      { memoryKiB: 4_096, iterations: 1_025, parallelism: 1 },
      { memoryKiB: 4_096, iterations: 1, parallelism: limits.kdfParallelism.value + 1 },
    ]) {
      const bytes = formatKeystore({ ...keystore, kdf: { ...keystore.kdf, ...cost } })
      assert.throws(() => parseKeystore(bytes), refusal('IDENTITY_KDF_LIMIT'))
    }
  })

  it('never causes anything but a coded refusal', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), assertRefused))
    fc.assert(fc.property(fc.json(), (text) => assertRefused(utf8(text))))
    fc.assert(
      fc.property(fc.object(), (document) => {
        assertRefused(utf8(JSON.stringify({ ...document, format: 'pars-keystore/1' })))
      }),
    )
    assertRefused(new Uint8Array(limits.keystoreBytes.value + 1))
    assertRefused(unhex('0xff'))
  })
})
