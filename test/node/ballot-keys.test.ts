import assert from 'node:assert/strict'

import { hex } from '#base'
import { keyHash } from '#crypto'

import { checkKey } from '../../node/governance/ballots.ts'
import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, mallory, Scene } from '../contracts/scene.ts'
import { askerOf } from './scene-asker.ts'

const hashOf = ({ algorithm, publicKey }: Account['key']) => hex(keyHash(algorithm, publicKey))

const refusal = (signer: Account, current: Account) => ({
  facts: {
    code: 'NODE_BALLOT_KEY',
    voter: addressOf(alice),
    signed: hashOf(signer.key),
    found: hashOf(current.key),
  },
})

describe('a ballot that is brought to a node', () => {
  it('is refused before it costs anything once its voter has another key', async () => {
    const scene = await Scene.start()
    const rpc = askerOf(scene)
    const bring = ({ key }: Account) =>
      checkKey({ voter: addressOf(alice), keyHash: hashOf(key) }, rpc)
    await bring(alice)
    await scene.register(alice)
    await bring(alice)
    await assert.rejects(bring(mallory), refusal(mallory, alice))
    const renewed = await scene.rotate(alice, 'of a voter')
    await assert.rejects(bring(alice), refusal(alice, renewed))
    await bring(renewed)
    await scene.close()
  })
})
