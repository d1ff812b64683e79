import assert from 'node:assert/strict'

import { fixed, hex, silent } from '#base'
import { mlDsa } from '#crypto'
import { type Genesis, type GenesisValidator, proveValidator } from '#genesis'
import { openMemory } from '#storage'

import { Engine } from '../../../chain/engine/engine.ts'
import { headAt, uninterrupted } from '../../../chain/reads/context.ts'
import { devNetwork, sign, withCode } from './network.ts'
import { commitOf, profileOf } from './rig.ts'

function validator(index: number, network: Pick<Genesis, 'chainId' | 'salt'>): GenesisValidator {
  const key = mlDsa(0x65).fromSeed(fixed(index + 1, 32))
  const seat = { account: fixed(index + 1, 20), peerId: `Qm${index}`.padEnd(46, 'x') }
  const { publicKey } = key
  return { ...seat, publicKey, stake: 1n, proof: proveValidator(key, network, seat) }
}

describe('the order of commits', () => {
  it('stands in the store with the block of each, and in the header', async () => {
    const profile = await profileOf(devNetwork())
    const store = openMemory()
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    assert.equal(engine.lastCommit, undefined)
    const { timestamp } = profile.genesis.header
    const commit = { ...commitOf(7, timestamp, [sign(profile, 0).wire]), epoch: 3n }
    const { blocks } = await engine.execute(commit)
    const { digest, epoch, index } = commit
    assert.deepEqual(engine.lastCommit, { digest, epoch, index })
    const [head] = blocks
    assert.equal(
      hex(head!.header.extraData),
      `0x${'3'.padStart(16, '0')}${'7'.padStart(16, '0')}00000000`,
    )
  })

  it('refuses a commit that came before, and answers the last one again', async () => {
    const profile = await profileOf(devNetwork())
    const open = () => Engine.open({ store, profile, archive: false, log: silent })
    const store = openMemory()
    const engine = await open()
    const { timestamp } = profile.genesis.header
    const last = commitOf(2, timestamp, [sign(profile, 0).wire])
    const first = await engine.execute(last)
    assert.deepEqual((await engine.execute(last)).blocks, first.blocks)
    const earlier = commitOf(1, timestamp, [sign(profile, 0, { nonce: 1n }).wire])
    await assert.rejects(engine.execute(earlier), withCode('CHAIN_COMMIT_ORDER'))
    const sameIndex = {
      ...commitOf(3, timestamp, [sign(profile, 0, { nonce: 1n }).wire]),
      index: 2n,
    }
    await assert.rejects((await open()).execute(sameIndex), withCode('CHAIN_COMMIT_ORDER'))
    assert.equal((await open()).head.header.number, 1n)
    const nextEpoch = { ...earlier, epoch: 1n }
    assert.equal((await (await open()).execute(nextEpoch)).blocks.length, 1)
  })
})

describe('the finalized block', () => {
  it('is the latest where one node is the whole network', async () => {
    const profile = await profileOf(devNetwork())
    const store = openMemory()
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    await engine.execute(commitOf(1, profile.genesis.header.timestamp, [sign(profile, 0).wire]))
    const context = { reader: store.snapshot(), profile, interrupt: uninterrupted }
    assert.equal(headAt(context, 'finalized')?.header.number, 1n)
  })

  it('is the one that was attested where there is a committee', async () => {
    const network = devNetwork()
    const validators = [0, 1, 2, 3].map((index) => validator(index, network))
    const profile = await profileOf(devNetwork({ validators }))
    const store = openMemory()
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    const { timestamp } = profile.genesis.header
    await engine.execute(commitOf(1, timestamp, [sign(profile, 0).wire]))
    await engine.execute(commitOf(2, timestamp, [sign(profile, 0, { nonce: 1n }).wire]))
    const finalized = () =>
      headAt({ reader: store.snapshot(), profile, interrupt: uninterrupted }, 'finalized')?.header
        .number
    assert.equal(finalized(), 0n)
    await engine.finalize(1n)
    assert.equal(finalized(), 1n)
    assert.equal(
      headAt({ reader: store.snapshot(), profile, interrupt: uninterrupted }, 'safe')?.header
        .number,
      2n,
    )
  })
})
