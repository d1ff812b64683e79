import assert from 'node:assert/strict'

import { mlKem } from '#crypto'

import { meshHash } from '../../../mesh/hash.ts'
import { derive } from '../../../mesh/link/derive.ts'
import {
  answerChallenge,
  challengeAnswerBytes,
  challengeBytes,
  challengeInitiator,
} from '../../../mesh/link/index.ts'
import { Seeded } from '../../seeded.ts'
import { linked, resident } from './pair.ts'

const random = new Seeded('initiator')
const alice = resident(random)
const mallory = resident(random)
const code = 'MESH_MALFORMED'

describe('the initiator of a link', () => {
  it('shows by 1088 bytes there and 16 back who it is', () => {
    const { initiator, responder } = linked(random)
    const { challenge, verify } = challengeInitiator(responder, alice.record.kemKey)
    assert.equal(challenge.length, 1088)
    assert.equal(challengeBytes, 1088)
    const answer = answerChallenge(initiator, alice.key, challenge)
    assert.equal(answer.length, challengeAnswerBytes)
    assert.ok(verify(answer))
  })

  it('is nobody without the key', () => {
    const { initiator, responder } = linked(random)
    const { challenge, verify } = challengeInitiator(responder, alice.record.kemKey)
    assert.ok(!verify(answerChallenge(initiator, mallory.key, challenge)))
    assert.ok(!verify(random.bytes(16)))
    assert.ok(!verify(new Uint8Array(0)))
  })

  it('cannot be passed on: who is asked by one takes the challenge to no other', () => {
    const toBob = linked(random)
    const toMallory = linked(random)
    const { challenge, verify } = challengeInitiator(toBob.responder, alice.record.kemKey)
    assert.ok(!verify(answerChallenge(toMallory.initiator, alice.key, challenge)))
  })

  it('leaves no proof: the responder can make up challenge and answer without the initiator', () => {
    const { initiator, responder } = linked(random)
    const { ciphertext, sharedSecret } = mlKem(768).encapsulate(alice.record.kemKey)
    const { binding } = responder
    const transcript = meshHash('initiator', 32, binding, alice.record.kemKey, ciphertext)
    const invented = derive(sharedSecret, 'initiator', 16, transcript)
    assert.deepEqual(answerChallenge(initiator, alice.key, ciphertext), invented)
  })

  it('refuses keys and challenges that are none, and to answer as the responder', () => {
    const { initiator, responder } = linked(random)
    for (const key of [random.bytes(1183), new Uint8Array(1184).fill(0xff)]) {
      assert.throws(() => challengeInitiator(responder, key), { code })
    }
    assert.throws(() => answerChallenge(initiator, alice.key, random.bytes(1087)), { code })
    const asResponder = (): unknown => answerChallenge(responder, alice.key, random.bytes(1088))
    assert.throws(asResponder, { code: 'MESH_LINK' })
  })
})
