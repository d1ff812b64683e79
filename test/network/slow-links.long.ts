/** Real nodes on a link that takes seconds one way. */
import assert from 'node:assert/strict'

import { patienceFor } from '../../node/consensus/patience.ts'
import { TcpProxy } from '../e2e/tcp-proxy.ts'
import { Inbox, TestNode } from './nodes.ts'

const oneWay = 2_000
const dag = '/pars/dag/1'

/** The address of `node` through the link. */
async function through(node: TestNode): Promise<[TcpProxy, string]> {
  const link = await TcpProxy.to(node.port, () => () => {}, oneWay)
  return [link, node.address.replace(`/tcp/${node.port}/`, `/tcp/${link.port}/`)]
}

describe('a link that takes seconds', function () {
  this.timeout(120_000)

  it('is given up by nodes that wait as is usual', async () => {
    const { timings } = patienceFor('usual')
    await using listener = await TestNode.start({ timings })
    await using dialler = await TestNode.start({ timings })
    const [link, address] = await through(listener)
    await using _ = link
    await assert.rejects(dialler.network.dial(address), { code: 'NETWORK_DIAL' })
    assert.deepEqual(listener.connected, [])
  })

  it('carries status, blocks and answers between nodes that are told that links are slow', async () => {
    const { timings } = patienceFor('slow')
    const inbox = new Inbox<number>()
    const receive = (frame: Uint8Array): void => inbox.add(frame[0]!)
    const answers = {
      id: '/pars/blocks/1',
      traffic: 'sync',
      answer: () => [Uint8Array.of(9)],
    } as const
    const options = {
      timings,
      pushes: [{ id: dag, traffic: 'dag', receive }] as const,
      requests: [answers],
    }
    await using listener = await TestNode.start(options)
    await using dialler = await TestNode.start(options)
    const [link, address] = await through(listener)
    await using _ = link
    assert.equal(await dialler.network.dial(address), listener.peer)
    assert.ok(dialler.network.push(listener.peer, dag, Uint8Array.of(1)))
    const answer = await dialler.network.request(listener.peer, answers.id, Uint8Array.of(1))
    assert.deepEqual(answer.items, [Uint8Array.of(9)])
    await inbox.until(({ length }) => length === 1)
    assert.deepEqual([dialler.disconnected, listener.disconnected], [[], []])
  })
})
