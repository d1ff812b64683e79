import assert from 'node:assert/strict'

import { utf8 } from '#base'
import { decodeBlock, encodeBlock, parameters, type Validator } from '#consensus'

import { decodeCommitsItem, encodeCommitsItem, protocols } from '../../../consensus/wire/frames.ts'
import { Cluster, type Node } from './cluster.ts'

const shrunk = {
  validators: 4,
  constants: { gcDepth: 12 },
  parameters: { ...parameters, idleRoundDelay: 200, jumpLag: 5 },
} as const

describe('a node that comes late', function () {
  this.timeout(60_000)

  it('takes over the commits that it missed and signs with the others', async () => {
    const cluster = await new Cluster(shrunk).boot(0, 1, 2)
    await cluster.run(12_000)
    const late = cluster.node(3)
    const before = cluster.node(0).chain.length
    assert.ok(before > 25)
    await cluster.boot(3)
    assert.ok(await cluster.until(() => late.chain.length >= before, 8_000))
    assert.ok(await cluster.until(() => late.published.size > 3, 8_000))
    cluster.agreement()
    assert.deepEqual(cluster.bans, [])
    assert.deepEqual(late.events, [])
  })

  it('asks on where an answer was cut', async () => {
    const cluster = await new Cluster({ ...shrunk, answerBytes: 30_000 }).boot(0, 1, 2)
    cluster.node(0).submit(...[1, 2, 3].map((byte) => new Uint8Array(20_000).fill(byte)))
    await cluster.run(12_000)
    const late = cluster.node(3)
    const before = cluster.node(0).chain.length
    await cluster.boot(3)
    assert.ok(await cluster.until(() => late.chain.length >= before, 12_000))
    assert.equal(late.execution.executedTransactions.length, 3)
    cluster.agreement()
    assert.deepEqual(cluster.bans, [])
  })

  it('serves what it took over only after a look at the signatures', async () => {
    const cluster = await new Cluster({ ...shrunk, followers: 2 }).boot(0, 1, 2, 3, 4)
    const [middle, last] = [cluster.node(4), cluster.node(5)]
    await middle.kill()
    await cluster.run(12_000)
    await middle.boot()
    const before = cluster.node(0).chain.length
    assert.ok(await cluster.until(() => middle.chain.length >= before, 8_000))
    cluster.reaches = (from, to) => from === 5 && to === 4
    await cluster.run(500)
    let verified = 0
    const { verify } = middle
    middle.verify = (...given) => {
      verified++
      return verify(...given)
    }
    const unseen = await unverified(middle)
    assert.ok(unseen > 20)
    const { blocks } = await cluster.ask(last, middle.peer, 1, before)
    assert.ok(blocks >= unseen)
    assert.equal(verified, unseen)
    assert.equal(await unverified(middle), 0)
    await cluster.ask(last, middle.peer, 1, before)
    assert.equal(verified, unseen)
  })

  it('serves what it took over to those who come later still, though it made none of it', async () => {
    const cluster = await new Cluster({ ...shrunk, followers: 2 }).boot(0, 1, 2)
    const isLong = () => cluster.node(0).status.committed > 130
    assert.ok(await cluster.until(isLong, 60_000))
    const [middle, last] = [cluster.node(4), cluster.node(5)]
    await cluster.boot(4)
    assert.ok(await cluster.until(() => middle.status.committed > 130, 20_000))
    cluster.reaches = (from, to) => from === 5 && to === 4
    await cluster.run(500)
    for (const from of [1, 2, 25]) {
      // oxlint-disable-next-line no-await-in-loop -- one question at a time
      const { blocks } = await cluster.ask(last, middle.peer, from, from + 99)
      assert.ok(blocks > 0, `from ${from}`)
    }
  })

  it('replaces blocks that came with garbage signatures, and looks at each of those once', async () => {
    const cluster = await new Cluster({ ...shrunk, followers: 2 }).boot(0, 1, 2)
    await cluster.run(16_000)
    const [middle, last] = [cluster.node(4), cluster.node(5)]
    const honest = cluster.nodes.flatMap(({ validator }) => (validator ? [poison(validator)] : []))
    await cluster.boot(4)
    const before = cluster.node(0).chain.length
    assert.ok(await cluster.until(() => middle.chain.length >= before, 8_000))
    for (const mend of honest) mend()
    assert.ok((await unverified(middle)) > 20)
    const looks = new Map<string, number>()
    const { verify } = middle
    middle.verify = (key, message, signature, context) => {
      const copy = `${message.toHex()} ${signature.toHex()}`
      looks.set(copy, (looks.get(copy) ?? 0) + 1)
      return verify(key, message, signature, context)
    }
    const first = await cluster.ask(last, middle.peer, 1, before - 5)
    const second = await cluster.ask(last, middle.peer, 1, before - 5)
    assert.ok(first.blocks > 20)
    assert.equal(second.blocks, first.blocks)
    assert.deepEqual(
      [...looks.values()].filter((count) => count > 1),
      [],
    )
  })

  it('that knows a single other node follows through it', async () => {
    const cluster = await new Cluster({ ...shrunk, followers: 1 }).boot(0, 1, 2, 3)
    await cluster.run(6_000)
    cluster.reaches = (from, to) => from < 4 === to < 4 || from + to === 6
    await cluster.boot(4)
    await cluster.run(6_000)
    const before = cluster.node(0).chain.length
    assert.ok(await cluster.until(() => cluster.node(4).chain.length >= before, 8_000))
    assert.deepEqual(cluster.bans, [])
  })

  it('that only follows catches up the same way', async () => {
    const cluster = await new Cluster({ ...shrunk, followers: 1 }).boot(0, 1, 2, 3)
    await cluster.run(10_000)
    await cluster.boot(4)
    const before = cluster.node(0).chain.length
    assert.ok(await cluster.until(() => cluster.node(4).chain.length >= before, 8_000))
    assert.ok(await cluster.until(() => cluster.node(4).execution.finalized >= before, 8_000))
    cluster.agreement()
  })
})

/** Its answers about commits carry blocks with garbage signatures, until the result is called. */
function poison(validator: Validator): () => void {
  const handler = validator.requests.find(({ id }) => id === protocols.commits)
  assert.ok(handler)
  const honest = handler.answer.bind(handler)
  handler.answer = async function* poisoned(request, from) {
    for await (const bytes of honest(request, from)) {
      const item = decodeCommitsItem(bytes)
      if (item.kind !== 'block') {
        yield bytes
        continue
      }
      const { header, body } = decodeBlock(item.bytes)
      const garbage = { ...header, signature: new Uint8Array(3_309).fill(7) }
      yield encodeCommitsItem({ kind: 'block', bytes: encodeBlock(garbage, body) })
    }
  }
  return () => {
    handler.answer = honest
  }
}

/** Blocks in the store whose signature nobody has looked at. */
async function unverified({ store }: Node): Promise<number> {
  let count = 0
  const blocks = { gte: utf8('b'), lt: utf8('c') }
  for await (const [, value] of store.entries(blocks)) count += value[0] === 0 ? 1 : 0
  return count
}
