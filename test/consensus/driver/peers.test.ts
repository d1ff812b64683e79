import assert from 'node:assert/strict'

import { concat } from '#base'
import { encodeBlock } from '#consensus'
import type { Context } from '#protocol'

import { readTestimony, signTestimony } from '../../../consensus/recovery/interview.ts'
import { blockFrame, encodeQuestion, heartbeatFrame } from '../../../consensus/wire/frames.ts'
import { Cluster, type Node } from './cluster.ts'

const busy = { idleRoundDelay: 200 }

async function booted(): Promise<Cluster> {
  const cluster = await new Cluster({ validators: 4, followers: 1, parameters: busy }).boot()
  await cluster.run(2_000)
  return cluster
}

function receive(node: Node, frame: Uint8Array, peer: string): Promise<void> {
  return node.validator?.pushes[0]?.receive(frame, { peer }) ?? Promise.resolve()
}

async function ask(
  node: Node,
  id: string,
  request: Uint8Array,
  peer: string,
): Promise<Uint8Array[]> {
  const handler = node.validator?.requests.find((one) => one.id === id)
  const items: Uint8Array[] = []
  for await (const item of handler?.answer(request, { peer }) ?? []) items.push(item)
  return items
}

function bannedBy(cluster: Cluster, index: number): readonly string[] {
  return cluster.bans.filter(({ by }) => by === index).map(({ peer }) => peer)
}

describe('a peer', function () {
  this.timeout(60_000)

  it('that sends what is no frame is banned', async () => {
    const cluster = await booted()
    const node = cluster.node(0)
    for (const frame of [
      new Uint8Array(0),
      Uint8Array.of(7),
      Uint8Array.of(0, 1, 2),
      new Uint8Array(200),
    ]) {
      await assert.rejects(receive(node, frame, 'peer1'), { code: 'CONSENSUS_FRAME' })
    }
    assert.deepEqual(bannedBy(cluster, 0), ['peer1', 'peer1', 'peer1', 'peer1'])
    await cluster.run(2_000)
    assert.deepEqual(node.events, [])
    assert.ok(node.status.isRunning)
  })

  it('outside the committee pushes no blocks', async () => {
    const cluster = await booted()
    const { header, body } = [...cluster.node(1).blocks()][0] ?? assert.fail()
    const frame = blockFrame(encodeBlock(header, body))
    await assert.rejects(receive(cluster.node(0), frame, 'stranger'), { code: 'CONSENSUS_FRAME' })
    assert.deepEqual(bannedBy(cluster, 0), ['stranger'])
  })

  it('that sends a wrong signature is banned, and the real block still counts', async () => {
    const cluster = await booted()
    const node = cluster.node(0)
    cluster.reaches = (from) => from !== 1
    await cluster.run(1_000)
    const { header, body } = [...cluster.node(1).blocks()].at(-1) ?? assert.fail()
    const forged = header.signature.slice()
    forged[9] = (forged[9] ?? 0) ^ 1
    await receive(node, blockFrame(encodeBlock({ ...header, signature: forged }, body)), 'peer2')
    assert.deepEqual(bannedBy(cluster, 0), ['peer2'])
    const before = node.status.peers[1]?.heard ?? 0
    await receive(node, blockFrame(encodeBlock(header, body)), 'peer1')
    assert.deepEqual(bannedBy(cluster, 0), ['peer2'])
    assert.ok((node.status.peers[1]?.heard ?? 0) > before)
  })

  it('that asks for what is no range or list of blocks is banned', async () => {
    const cluster = await booted()
    const node = cluster.node(0)
    for (const id of [
      '/pars/blocks/1',
      '/pars/commits/1',
      '/pars/recover/1',
      '/pars/checkpoints/1',
    ]) {
      await assert.rejects(ask(node, id, new Uint8Array(3), `bad ${id}`), {
        code: 'CONSENSUS_FRAME',
      })
    }
    assert.equal(bannedBy(cluster, 0).length, 4)
  })

  it('that answers with blocks nobody asked for is banned', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot()
    await cluster.run(1_000)
    for (const liar of [cluster.node(2), cluster.node(3)]) {
      const { header, body } = [...liar.blocks()][0] ?? assert.fail()
      liar.answers = () => [encodeBlock(header, body)]
    }
    cluster.reaches = (from, to) => !(from === 1 && to === 0)
    assert.ok(await cluster.until(() => bannedBy(cluster, 0).length > 0, 20_000))
    assert.match(cluster.bans[0]?.reason ?? '', /CONSENSUS_ANSWER/)
    assert.match(cluster.bans[0]?.peer ?? '', /peer[23]/)
  })

  it('of another epoch subscribes to nothing', async () => {
    const cluster = await booted()
    const node = cluster.node(0)
    const { subscribers } = node.status
    await receive(node, heartbeatFrame({ epoch: 1, rounds: [0, 0, 0, 0] }), 'stranger')
    assert.equal(node.status.subscribers, subscribers)
    await receive(node, heartbeatFrame({ epoch: 0, rounds: [0, 0, 0, 0] }), 'stranger')
    assert.equal(node.status.subscribers, subscribers + 1)
  })
})

describe('the start-up question', function () {
  this.timeout(60_000)
  const challenge = new Uint8Array(32).fill(9)

  it('is answered to the member that asks for itself, once in a while', async () => {
    const cluster = await booted()
    const node = cluster.node(0)
    const question = encodeQuestion({ epoch: 0, author: 1, challenge })
    assert.equal((await ask(node, '/pars/recover/1', question, 'peer2')).length, 0)
    assert.equal((await ask(node, '/pars/recover/1', question, 'peer1')).length, 1)
    assert.equal((await ask(node, '/pars/recover/1', question, 'peer1')).length, 0)
    await cluster.run(300)
    assert.equal((await ask(node, '/pars/recover/1', question, 'peer1')).length, 1)
    const handler = node.validator?.requests.find(({ id }) => id === '/pars/recover/1')
    assert.equal(handler?.admits?.('stranger'), false)
    assert.deepEqual(await ask(cluster.node(4), '/pars/recover/1', question, 'peer1'), [])
  })

  it('is not answered by who has forgotten and not built since', async () => {
    const cluster = await new Cluster({ validators: 4, parameters: busy }).boot(0, 1)
    const forgetful = cluster.node(2)
    await forgetful.boot()
    await cluster.run(500)
    assert.equal(forgetful.status.standing, 'amnesic')
    const question = encodeQuestion({ epoch: 0, author: 1, challenge })
    assert.deepEqual(await ask(forgetful, '/pars/recover/1', question, 'peer1'), [])
  })

  it('takes no answer that is not signed over its own challenge', async () => {
    const cluster = await booted()
    const { epoch } = cluster
    const key = cluster.keys[2] ?? assert.fail()
    const signer = {
      publicKey: key.publicKey,
      sign: (message: Uint8Array, context: Context) => key.signAsync(message, context),
    }
    const own = [...cluster.node(2).blocks()].at(-1)?.header
    const yours = [...cluster.node(0).blocks()].at(-1)?.header
    const question = { epoch: 0, author: 0, challenge }
    const { verify } = cluster.node(0)
    const bytes = await signTestimony(signer, epoch, 2, question, { own, yours })
    const read = (answerer: number, asked: typeof question, answer: Uint8Array) =>
      readTestimony(verify, epoch, answerer, asked, answer)
    assert.deepEqual(await read(2, question, bytes), { own, yours })
    const wrong = { code: 'CONSENSUS_ANSWER' }
    await assert.rejects(read(2, { ...question, challenge: new Uint8Array(32) }, bytes), wrong)
    await assert.rejects(read(2, { ...question, author: 1 }, bytes), wrong)
    await assert.rejects(read(1, question, bytes), { code: 'CONSENSUS_FRAME' })
    const swapped = await signTestimony(signer, epoch, 2, question, { own: yours, yours: own })
    await assert.rejects(read(2, question, swapped), wrong)
    const forged = yours && { ...yours, signature: new Uint8Array(3_309) }
    const lie = await signTestimony(signer, epoch, 2, question, { own, yours: forged })
    await assert.rejects(read(2, question, lie), wrong)
    await assert.rejects(read(2, question, concat(bytes, bytes)), { code: 'CONSENSUS_FRAME' })
    for (let length = 0; length < bytes.length; length += 97) {
      await assert.rejects(read(2, question, bytes.subarray(0, length)), {
        code: 'CONSENSUS_FRAME',
      })
    }
  })
})
