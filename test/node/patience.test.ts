import assert from 'node:assert/strict'

import { parameters, slowLinkParameters } from '#consensus'
import { timings } from '#network'

import { patienceFor } from '../../node/consensus/patience.ts'

describe('the patience of a node', () => {
  it('is that of consensus and network by themselves on usual links', () => {
    assert.deepEqual(patienceFor('usual'), { parameters, timings })
  })

  it('lets the network wait as many times longer on slow links as consensus does', () => {
    const { parameters: chosen, timings: waits } = patienceFor('slow')
    assert.equal(chosen, slowLinkParameters)
    const { tick, ...usual } = timings
    assert.equal(waits.tick, tick)
    for (const [name, value] of Object.entries(usual)) {
      assert.equal(waits[name as keyof typeof usual], 30 * value, name)
    }
  })

  it('outlasts, at fifteen seconds one way, a handshake of four round trips and an answer', () => {
    const roundTrip = 30_000
    const { timings: waits } = patienceFor('slow')
    assert.ok(waits.handshakeTimeout > 4 * roundTrip)
    for (const wait of [waits.statusTimeout, waits.requestTimeout, waits.gossipStall]) {
      assert.ok(wait > 2 * roundTrip)
    }
  })
})
