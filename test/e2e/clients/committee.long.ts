/** What a node of a committee notifies: commits of the order with the blocks that they made. */
import assert from 'node:assert/strict'

import type { CommitFacts } from '#rpc'

import { WebSocketClient } from '../../rpc/socket-client.ts'
import { Cluster } from '../cluster.ts'
import { Bench } from '../node.ts'

describe('subscriptions to a committee', function () {
  this.timeout(240_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  it('tell every node of the same commits, and of each block once', async () => {
    const cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
    const clients = await Promise.all(
      cluster.all.map((index) => WebSocketClient.open(cluster.at(index).url)),
    )
    const ids = await Promise.all(
      clients.map(async (client) => ({
        dag: await client.ask<string>('eth_subscribe', 'dag'),
        heads: await client.ask<string>('eth_subscribe', 'newHeads'),
      })),
    )
    for (const index of [0, 1, 2]) await cluster.transfer(index)
    const last = await cluster.transfer(3)
    const commitsOf = new Map<number, CommitFacts>()
    for (const [place, client] of clients.entries()) {
      const { dag, heads } = ids[place]!
      const numbers = (): readonly number[] =>
        client.told<{ number: string }>(heads).map(({ number }) => Number(number))
      await client.until(() => ((numbers().at(-1) ?? 0) >= last ? true : undefined))
      const commits = client.told<CommitFacts>(dag)
      for (const [at, commit] of commits.entries()) {
        assert.equal(commit.index, commits[0]!.index + at)
        assert.deepEqual(commitsOf.get(commit.index) ?? commit, commit)
        commitsOf.set(commit.index, commit)
      }
      const [first = 0] = numbers()
      assert.deepEqual(
        numbers(),
        numbers().map((_, at) => first + at),
      )
      const made = commits.flatMap(({ blocks }) => blocks.map(({ number }) => number))
      assert.ok(made.includes(last))
    }
    assert.ok(commitsOf.size >= 4)
    await Promise.all(clients.map((client) => client.close()))
  })
})
