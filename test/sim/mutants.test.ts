import assert from 'node:assert/strict'

import { draw } from '../../sim/draw.ts'
import { shrink } from '../../sim/shrink.ts'
import { simulate } from '../../sim/simulate.ts'
import { hunt } from './gate.ts'
import { mutants } from './mutants.ts'

/** Those that show within a few worlds; the others take `npm run sim:mutants`. */
const quick = [
  'sends before the disk has it',
  'own block is not written',
  'commit is not written',
  'attestation floor is not written',
  'attests what is not on disk yet',
  'checkpoint leaves before the disk has it',
  'signatures are not verified',
]

describe('the simulator notices', function () {
  this.timeout(60_000)

  for (const name of quick) {
    it(`when ${name}`, async () => {
      const mutant = mutants[name]
      assert.ok(mutant !== undefined)
      const { worlds } = await hunt(mutant, 1, 4)
      assert.notEqual(worlds, undefined)
    })
  }

  it('and makes a failing scenario smaller that fails in the same way', () => {
    const ports = mutants['sends before the disk has it']?.ports
    assert.ok(ports !== undefined)
    const failure = simulate(draw(1), ports)
    const smallest = shrink(failure, ports)
    assert.equal(smallest.violation?.invariant, failure.violation?.invariant)
    assert.ok(smallest.scenario.faults.length < failure.scenario.faults.length)
  })
})
