import assert from 'node:assert/strict'

import { TypedDataEncoder } from 'ethers'
import { hashMessage, keccak256, stringToBytes } from 'viem'

import { concat, fixed, hex, unhex, utf8 } from '#base'
import {
  contexts,
  encodeTransaction,
  foreignMessage,
  keyHashAddress,
  keyHashPreimage,
  personalMessagePreimage,
  recordSlots,
  recoverPreimage,
  rotatePreimage,
  signingPayload,
  slotPreimage,
  testSeeds,
  typedDataPreimage,
} from '#protocol'

import { keyHash, transfer } from './sample.ts'

const networkId = new Uint8Array(32).fill(0xaa)
const account = new Uint8Array(20).fill(0xbb)

describe('the payload that a transaction signs', () => {
  it('is type, network and fields 1 to 14', () => {
    const tx = transfer({ algorithm: 0x44, key: keyHash })
    const payload = signingPayload(tx, networkId)
    assert.equal(payload[0], 0x50)
    assert.deepEqual(payload.subarray(1, 33), networkId)
    // Both lists have a head of three bytes; the signature is the last field, with a head of three.
    const signed = encodeTransaction(tx).subarray(4, -(3 + 2420))
    assert.deepEqual(payload.subarray(33).subarray(-signed.length), signed)
  })

  it('differs with every field and with the network, not with the signature', () => {
    const plain = hex(signingPayload(transfer(), networkId))
    const changes = [
      { chainId: 1n },
      { nonceKey: 1n },
      { nonce: 8n },
      { validUntil: 0n },
      { maxPriorityFeePerGas: 0n },
      { maxFeePerGas: 0n },
      { gasLimit: 0n },
      { to: new Uint8Array(0) },
      { value: 0n },
      { data: Uint8Array.of(0) },
      { accessList: [[account, []] as const] },
      { sender: account },
      { algorithm: 0x87 as const },
      { key: keyHash },
    ]
    const payloads = changes.map((change) => hex(signingPayload(transfer(change), networkId)))
    payloads.push(
      hex(signingPayload(transfer(), account.length === 20 ? keyHash : networkId)),
      plain,
    )
    assert.equal(new Set(payloads).size, changes.length + 2)
    const signature = new Uint8Array(3309).fill(1)
    assert.equal(hex(signingPayload(transfer({ signature }), networkId)), plain)
  })

  it('needs a network id of 32 bytes', () => {
    assert.throws(() => signingPayload(transfer(), account), { code: 'TX_NETWORK_ID' })
  })
})

describe('the preimages of account keys', () => {
  it('hash the algorithm with the key', () => {
    const publicKey = new Uint8Array(1312).fill(1)
    assert.deepEqual(keyHashPreimage(0x44, publicKey), concat(Uint8Array.of(0x44), publicKey))
    assert.throws(() => keyHashPreimage(0x65, publicKey), { code: 'KEY_LENGTH' })
    assert.deepEqual(keyHashAddress(fixed(5, 32)), fixed(5, 20))
    assert.throws(() => keyHashAddress(account), { code: 'KEY_LENGTH' })
  })

  it('place a record where a Solidity mapping of a mapping does not', () => {
    assert.equal(
      hex(slotPreimage(account, 258n)),
      `0x${'00'.repeat(12)}${'bb'.repeat(20)}${'00'.repeat(30)}0102`,
    )
    assert.notDeepEqual(
      slotPreimage(account, recordSlots.keyHash),
      slotPreimage(account, recordSlots.changes),
    )
    assert.throws(() => slotPreimage(networkId, 0n), { code: 'KEY_LENGTH' })
  })

  it('bind a change to action, network, account, counter and key', () => {
    const change = { networkId, account, changes: 3n, newKeyHash: keyHash }
    assert.equal(
      hex(rotatePreimage(change)),
      `0x${'rotate'.replace(/./g, (c) => c.charCodeAt(0).toString(16))}${'aa'.repeat(32)}${'bb'.repeat(
        20,
      )}${'00'.repeat(31)}03${'55'.repeat(32)}`,
    )
    assert.deepEqual(
      recoverPreimage(change),
      concat(utf8('recover'), rotatePreimage(change).subarray(6)),
    )
    assert.throws(() => rotatePreimage({ ...change, networkId: account }), { code: 'KEY_LENGTH' })
    assert.throws(() => rotatePreimage({ ...change, newKeyHash: account }), { code: 'KEY_LENGTH' })
  })
})

describe('what a wallet signs for others', () => {
  it('hashes messages as EIP-191 wallets do', () => {
    for (const text of ['', 'hello', 'Grüße', 'x'.repeat(1_000)]) {
      assert.equal(keccak256(personalMessagePreimage(stringToBytes(text))), hashMessage(text))
    }
  })

  it('hashes typed data as EIP-712 wallets do', () => {
    const domain = { name: 'Pars', chainId: 7227, salt: hex(networkId) }
    const types = { Vote: [{ name: 'proposal', type: 'uint256' }] }
    const message = { proposal: 5 }
    const separator = unhex(TypedDataEncoder.hashDomain(domain))
    const struct = unhex(TypedDataEncoder.hashStruct('Vote', types, message))
    assert.equal(
      keccak256(typedDataPreimage(separator, struct)),
      TypedDataEncoder.hash(domain, types, message),
    )
  })

  it('prefixes the network', () => {
    assert.deepEqual(foreignMessage(networkId, keyHash), concat(networkId, keyHash))
    assert.throws(() => foreignMessage(networkId, account), { code: 'MESSAGE_WORD' })
  })
})

describe('published constants', () => {
  it('are ten different seeds of 32 bytes, and contexts of at most 255 bytes', () => {
    assert.equal(new Set(testSeeds.map(hex)).size, 10)
    assert.ok(testSeeds.every((seed) => seed.length === 32))
    const values = Object.values(contexts)
    assert.equal(new Set(values).size, values.length)
    assert.ok(values.every((value) => value.length > 0 && utf8(value).length <= 255))
  })
})
