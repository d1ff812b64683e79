import assert from 'node:assert/strict'

import { LinkModel } from '../../../mesh/transfer/link-model.ts'

const day = 86_400_000

describe('mesh/transfer/link-model', () => {
  it('guesses the round trip from the airtime and the configured latency', () => {
    const model = new LinkModel({ bitsPerSecond: 1000, latency: 60_000 })
    // 125 bytes take a second.
    assert.equal(model.timeout(125, 0), 3 * (4 * 1000 + 120_000) + 1500)
  })

  it('waits three round trips and one and a half airtimes once it has measured them', () => {
    const model = new LinkModel({ bitsPerSecond: 1000, latency: 60_000 })
    model.answered(2000)
    assert.equal(model.timeout(125, 0), 7500)
    model.answered(10_000)
    assert.equal(model.roundTrip, 3000)
  })

  it('waits twice as long each time, up to a day', () => {
    const model = new LinkModel({ bitsPerSecond: 8000, latency: 0 })
    model.answered(1000)
    const first = model.timeout(1000, 0)
    assert.equal(model.timeout(1000, 1), 2 * first)
    assert.equal(model.timeout(1000, 4), 16 * first)
    assert.equal(model.timeout(1000, 30), day)
    assert.equal(model.timeout(1000, 1e9), day)
  })

  it('takes a higher rate at once and a lower one slowly', () => {
    const model = new LinkModel({ bitsPerSecond: 1e9, latency: 0 })
    assert.equal(model.airtime(125), 0.001)
    model.carried(125, 1000)
    assert.equal(model.bitsPerSecond, 1000)
    model.carried(250, 1000)
    assert.equal(model.bitsPerSecond, 2000)
    model.carried(125, 1000)
    assert.equal(model.bitsPerSecond, 1875)
    model.carried(0, 1000)
    model.carried(1000, 0)
    assert.equal(model.bitsPerSecond, 1875)
  })

  it('knows what the way holds by its least round trip, so that a queue does not grow it', () => {
    const model = new LinkModel({ bitsPerSecond: 1000, latency: 0 })
    assert.equal(model.bytesUnderWay, 0)
    model.carried(1000, 1000)
    for (const milliseconds of [500, 4000, 8000]) model.answered(milliseconds)
    assert.ok(Math.abs(model.bytesUnderWay - 500) < 5)
  })

  it('learns the loss from what arrives, and forgets', () => {
    const model = new LinkModel({ bitsPerSecond: 1000, latency: 0 })
    for (let round = 0; round < 20; round++) model.arrived(40, 28)
    assert.ok(Math.abs(model.loss - 0.3) < 0.01)
    for (let round = 0; round < 60; round++) model.arrived(40, 40)
    assert.ok(model.loss < 0.01)
    model.arrived(1e9, 0)
    assert.equal(model.loss, 0.95)
  })

  it('sends hardly more than needed on a link that loses nothing, and enough where it loses', () => {
    const clean = new LinkModel({ bitsPerSecond: 5000, latency: 1, loss: 0 })
    assert.equal(clean.spare(64, 472), 0)
    const lossy = new LinkModel({ bitsPerSecond: 5000, latency: 1, loss: 0.3 })
    for (let round = 0; round < 20; round++) lossy.arrived(100, 70)
    assert.equal(lossy.spare(64, 472), Math.round((64 * 0.3) / 0.7 + 1.3 * Math.sqrt(64 * 0.3)))
  })

  it('is more careful where to ask again costs more than to send', () => {
    const near = new LinkModel({ bitsPerSecond: 5000, latency: 1 })
    const far = new LinkModel({ bitsPerSecond: 5000, latency: 60_000 })
    assert.ok(far.spare(40, 472) > near.spare(40, 472))
    assert.equal(far.spare(1, 472), near.spare(1, 472))
  })

  it('says what matters more often where more is lost, but never without end', () => {
    const model = new LinkModel({ bitsPerSecond: 5000, latency: 1, loss: 0 })
    assert.equal(model.copies(), 1)
    model.took(1000, 850)
    assert.equal(model.copies(), 3)
    model.took(1e6, 0)
    assert.equal(model.copies(), 4)
  })

  it('remembers how late frames come, and forgets it slowly', () => {
    const model = new LinkModel({ bitsPerSecond: 5000, latency: 1 })
    model.overtaken(1000)
    assert.equal(model.lateness, 500)
    model.overtaken(0)
    assert.equal(model.lateness, 490)
  })
})
