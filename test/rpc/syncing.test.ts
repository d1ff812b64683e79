import assert from 'node:assert/strict'

import type { ConsensusStatus, NodeFace } from '#rpc'

import { call, serve } from './fixture-server.ts'
import { consensus } from './fixture-status.ts'

async function answer(sync: ConsensusStatus['sync']): Promise<unknown> {
  const node: NodeFace = {
    status: () => ({ role: 'follower', peers: 3, consensus: { ...consensus, sync } }),
    peers: () => [],
  }
  const { server, url } = await serve({ node })
  try {
    assert.equal((await call(url, 'net_peerCount')).result, '0x3')
    return (await call(url, 'eth_syncing')).result
  } finally {
    await server.close()
  }
}

describe('eth_syncing', () => {
  it('says how far a node that is behind has come', async () => {
    assert.deepEqual(await answer({ from: 1, to: 40 }), {
      startingBlock: '0x1',
      currentBlock: '0x2',
      highestBlock: '0x28',
    })
  })

  it('names no highest block below its own', async () => {
    assert.deepEqual(await answer({ from: 0, to: 0 }), {
      startingBlock: '0x0',
      currentBlock: '0x2',
      highestBlock: '0x2',
    })
  })

  it('is false for a node that keeps up', async () => {
    assert.equal(await answer(null), false)
  })
})
