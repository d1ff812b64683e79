import assert from 'node:assert/strict'

import { mlDsa } from '#crypto'
import { contexts } from '#protocol'

import {
  checkpointHash,
  decodeCertificate,
  decodeSigned,
  encodeSigned,
} from '../../../consensus/checkpoint/statement.ts'
import { limits } from '../../../consensus/limits.ts'
import { checkpointKey } from '../../../consensus/store/keys.ts'
import { encodeCheckpointRequest } from '../../../consensus/wire/frames.ts'
import { Cluster } from './cluster.ts'

const quick = {
  validators: 4,
  followers: 1,
  blocksPerCommit: 128,
  parameters: { idleRoundDelay: 200 },
} as const

describe('a checkpoint', function () {
  this.timeout(60_000)

  it('is certified by a quorum on every node, and served', async () => {
    const cluster = await new Cluster(quick).boot()
    const isDone = () => cluster.nodes.every(({ status }) => status.checkpoint === 1_024)
    assert.ok(await cluster.until(isDone, 20_000))
    const { committee } = cluster.epoch
    for (const node of cluster.nodes) {
      const handler = node.validator?.requests.find(({ id }) => id === '/pars/checkpoints/1')
      const items: Uint8Array[] = []
      for (const height of [0, 1_024, 2_048]) {
        const request = encodeCheckpointRequest(height)
        for await (const item of handler?.answer(request, { peer: 'anybody' }) ?? [])
          items.push(item)
      }
      assert.equal(items.length, 2)
      const { checkpoint, signatures } = decodeCertificate(items[0] ?? new Uint8Array(0))
      assert.equal(checkpoint.blockHash, cluster.node(0).chain[1_023])
      assert.equal(checkpoint.committeeRoot, committee.root)
      assert.ok(signatures.length >= 3)
      const hash = Uint8Array.fromHex(checkpointHash(checkpoint))
      for (const { author, signature } of signatures) {
        const { publicKey = hash } = committee.members[author] ?? {}
        assert.ok(mlDsa(0x65).verify(publicKey, hash, signature, contexts.checkpoint))
      }
    }
    assert.deepEqual(cluster.bans, [])
  })

  it('that is old stays one in so many times: newer ones prove what it proves', async () => {
    const kept: { value: number } = limits.checkpointsKept
    const sparse: { value: number } = limits.checkpointsSparse
    const before = [kept.value, sparse.value] as const
    kept.value = 1
    sparse.value = 2
    try {
      const cluster = await new Cluster(quick).boot()
      const isDone = () => cluster.nodes.every(({ status }) => status.checkpoint >= 4_096)
      assert.ok(await cluster.until(isDone, 60_000))
      const node = cluster.node(0)
      const has = [1_024, 2_048, 3_072, 4_096].map((height) =>
        node.store.get(checkpointKey(height)),
      )
      assert.deepEqual(
        has.map((one) => one !== undefined),
        [false, true, true, true],
      )
    } finally {
      kept.value = before[0]
      sparse.value = before[1]
    }
  })

  it('is never signed twice by one validator, also after a restart', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(0)
    const isDone = () => node.gossiped.length === 1
    assert.ok(await cluster.until(isDone, 20_000))
    await node.kill()
    await node.boot()
    await cluster.run(2_000)
    const same = node.gossiped.filter(
      (message) => decodeSigned(message).checkpoint.height === 1_024,
    )
    assert.equal(new Set(same.map((message) => message.toHex())).size, 1)
    assert.match(await node.protection(), /"checkpointFloor": (?:1024|2048)/)
  })

  it('is on disk before its signature leaves', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(1)
    const atRisk: number[] = []
    node.onGossip = () => void atRisk.push(node.store.atRisk)
    assert.ok(await cluster.until(() => atRisk.length > 0, 20_000))
    assert.equal(atRisk[0], 0)
    await node.kill()
    assert.match(await node.protection(), /"checkpointFloor": 1024/)
  })

  it('with a wrong signature, of nobody, or of another height is rejected', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(0)
    assert.ok(await cluster.until(() => node.gossiped.length === 1, 20_000))
    const { checkpoint, signed } = decodeSigned(node.gossiped[0] ?? new Uint8Array(0))
    const [topic] = cluster.node(4).validator?.topics ?? []
    const validate = (message: Uint8Array) => topic?.validate(message, { peer: 'anybody' })
    const later = { ...checkpoint, height: 4_096 }
    assert.equal(await validate(encodeSigned(later, signed)), 'reject')
    assert.equal(await validate(encodeSigned({ ...later, height: 4_097 }, signed)), 'reject')
    assert.equal(await validate(encodeSigned(later, { ...signed, author: 4 })), 'reject')
    assert.equal(await validate(new Uint8Array(100)), 'reject')
    const foreign = { ...later, genesisHash: '00'.repeat(32) }
    assert.equal(await validate(encodeSigned(foreign, signed)), 'ignore')
  })

  it('of a later height takes the place of those that were never certified', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(4)
    assert.ok(await cluster.until(() => cluster.node(0).gossiped.length === 1, 20_000))
    const { checkpoint } = decodeSigned(cluster.node(0).gossiped[0] ?? new Uint8Array(0))
    const [topic] = node.validator?.topics ?? []
    const offer = (height: number) => {
      const later = { ...checkpoint, height }
      const message = Uint8Array.fromHex(checkpointHash(later))
      const signature = cluster.keys[3]?.sign(message, contexts.checkpoint) ?? message
      return topic?.validate(encodeSigned(later, { author: 3, signature }), { peer: 'peer3' })
    }
    for (let place = 10; place < 20; place++) assert.equal(await offer(1_024 * place), 'accept')
    assert.equal(await offer(1_024 * 9), 'ignore')
    assert.equal(await offer(1_024 * 19), 'ignore')
  })

  it('whose signatures were lost is fetched from others as a certificate', async () => {
    const cluster = await new Cluster(quick).boot()
    const deaf = cluster.node(4)
    deaf.isDeaf = true
    const isThere = () => cluster.node(0).status.checkpoint === 1_024
    assert.ok(await cluster.until(isThere, 20_000))
    assert.equal(deaf.status.checkpoint, 0)
    assert.ok(await cluster.until(() => deaf.status.checkpoint === 1_024, 20_000))
  })

  it('that contradicts another of its author is shown', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(4)
    assert.ok(await cluster.until(() => cluster.node(0).gossiped.length === 1, 20_000))
    const { checkpoint } = decodeSigned(cluster.node(0).gossiped[0] ?? new Uint8Array(0))
    const [topic] = node.validator?.topics ?? []
    for (const stateRoot of ['aa', 'bb'].map((byte) => byte.repeat(32))) {
      const later = { ...checkpoint, height: 4_096, stateRoot }
      const message = Uint8Array.fromHex(checkpointHash(later))
      const signature = cluster.keys[3]?.sign(message, contexts.checkpoint) ?? message
      const bytes = encodeSigned(later, { author: 3, signature })
      assert.equal(await topic?.validate(bytes, { peer: 'peer3' }), 'accept')
    }
    assert.deepEqual(node.events, ['contradiction 3'])
  })

  it('that contradicts is taken once of each author and height, the others not looked at', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(4)
    assert.ok(await cluster.until(() => cluster.node(0).gossiped.length === 1, 20_000))
    const { checkpoint } = decodeSigned(cluster.node(0).gossiped[0] ?? new Uint8Array(0))
    const [topic] = node.validator?.topics ?? []
    const verdicts: unknown[] = []
    for (let variant = 0; variant < 6; variant++) {
      const later = { ...checkpoint, height: 4_096, stateRoot: `0${variant}`.repeat(32) }
      const message = Uint8Array.fromHex(checkpointHash(later))
      const signature = cluster.keys[3]?.sign(message, contexts.checkpoint) ?? message
      const bytes = encodeSigned(later, { author: 3, signature })
      verdicts.push(await topic?.validate(bytes, { peer: 'peer3' }))
    }
    const ignored = Array.from({ length: 4 }, () => 'ignore')
    assert.deepEqual(verdicts, ['accept', 'accept', ...ignored])
    assert.deepEqual(node.events, ['contradiction 3'])
  })

  it('is not signed over half of a history by a node that stops meanwhile', async () => {
    const cluster = await new Cluster(quick).boot()
    const node = cluster.node(0)
    let killed: Promise<void> | undefined
    node.execution.onAsked = (height) => {
      if (height === 500) killed ??= node.kill()
    }
    assert.ok(await cluster.until(() => killed !== undefined, 20_000))
    await killed
    assert.match(await node.protection(), /"checkpointFloor": 0/)
    await node.boot()
    const isCertified = () => cluster.nodes.every(({ status }) => status.checkpoint >= 1_024)
    assert.ok(await cluster.until(isCertified, 20_000))
    const roots = cluster.nodes.flatMap(({ gossiped }) =>
      gossiped
        .map((message) => decodeSigned(message).checkpoint)
        .filter(({ height }) => height === 1_024)
        .map(({ historyRoot }) => historyRoot),
    )
    assert.equal(new Set(roots).size, 1)
  })
})
