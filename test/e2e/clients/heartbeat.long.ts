import assert from 'node:assert/strict'

import type { Hex } from '#base'

import { Bench, type Node } from '../node.ts'

interface Block {
  readonly timestamp: Hex
  readonly transactions: readonly Hex[]
}

async function block(node: Node, number: number): Promise<Block> {
  for (;;) {
    const found = await node.ask<Block | null>(
      'eth_getBlockByNumber',
      `0x${number.toString(16)}`,
      false,
    )
    if (found !== null) return found
  }
}

describe('an idle network', function () {
  this.timeout(60_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  it('confirms by an empty block after four block times, in whole seconds', async () => {
    const genesis = await bench.network('idle', '--block-ms', '300')
    const node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    const [from] = await node.ask<readonly Hex[]>('eth_accounts')
    const hash = await node.ask<Hex>('eth_sendTransaction', { from, to: from })
    const { blockNumber } = await node.receipt<{ readonly blockNumber: Hex }>(hash)
    const first = Number(blockNumber)
    let parent = await block(node, first)
    assert.deepEqual(parent.transactions, [hash])
    for (const number of [first + 1, first + 2]) {
      const empty = await block(node, number)
      assert.deepEqual(empty.transactions, [])
      assert.ok(Number(empty.timestamp) - Number(parent.timestamp) >= 2)
      parent = empty
    }
  })
})
