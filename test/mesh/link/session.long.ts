import assert from 'node:assert/strict'

import { empty } from '#base'

import { limits } from '../../../mesh/limits.ts'
import { linkContexts } from '../../../mesh/link/index.ts'
import { Seeded } from '../../seeded.ts'
import { hand, linked } from './pair.ts'

describe('cells of a link, in great number', () => {
  it('are at an end under one key, and go on after a ratchet', function () {
    this.timeout(120_000)
    const { data, ratchet } = linkContexts
    const pair = linked(new Seeded('many cells'))
    for (let cell = 1; cell < limits.linkCells.value; cell++) hand(pair.initiator, pair.responder)
    assert.throws(() => pair.initiator.seal(data, empty), { code: 'MESH_LINK' })
    while (pair.initiator.epoch === 0) {
      const there = pair.initiator.ratchet(500)
      if (there !== undefined) pair.responder.open(ratchet, there.bytes)
      const back = pair.responder.ratchet(500)
      if (back !== undefined) pair.initiator.open(ratchet, back.bytes)
    }
    hand(pair.initiator, pair.responder)
  })
})
