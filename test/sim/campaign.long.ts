import assert from 'node:assert/strict'

import { noTotals, search } from '../../sim/campaign.ts'
import { draw } from '../../sim/draw.ts'
import { isWithinBounds, scenarioVersion } from '../../sim/scenario.ts'
import { realSignatures } from '../../sim/signatures.ts'
import { simulateAny } from '../../sim/simulate-any.ts'
import { simulateNodes } from '../../sim/simulate-nodes.ts'
import { simulate } from '../../sim/simulate.ts'
import { soundPorts } from '../../sim/world.ts'
import { corpus } from './corpus.ts'

const seeds = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index)

describe('simulated worlds', function () {
  this.timeout(60_000)

  it('break no invariant and go on once the network is timely', () => {
    const totals = noTotals()
    const failure = search(seeds(1, 10), totals, { world: 'core', sizes: [4, 5], chaos: 40 })
    assert.equal(failure?.violation?.message, undefined, `seed ${failure?.scenario.seed}`)
    assert.ok(totals.commits > 500)
    assert.ok(totals.faults.byzantine > 0 && totals.faults.crash > 0 && totals.faults.amnesia > 0)
  })

  it('of whole nodes, with store, codecs and protocols, hold too', async () => {
    for (const seed of seeds(1, 2)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const outcome = await simulateNodes(draw(seed, { world: 'nodes', sizes: [4], chaos: 20 }))
      assert.equal(outcome.violation, undefined, `seed ${seed}`)
      assert.ok(outcome.tally.commits > 50)
    }
  })

  it('hold with ML-DSA-65', () => {
    const ports = { ...soundPorts, signatures: realSignatures(4) }
    const scenario = draw(3, { sizes: [4], chaos: 20 })
    const outcome = simulate({ ...scenario, end: scenario.stable + 2_000 }, ports)
    assert.ok(outcome.violation === undefined || outcome.violation.invariant === 'I8')
    assert.ok(outcome.tally.published > 40)
  })

  it('are the same again from the same seed, byte by byte', () => {
    const scenario = draw(5, { sizes: [4], chaos: 30 })
    const [first, second] = [simulate(scenario), simulate(scenario)]
    assert.deepEqual(second.trace, first.trace)
    assert.equal(second.fingerprint, first.fingerprint)
    const other = simulate({ ...scenario, seed: 6 })
    assert.notEqual(other.fingerprint, first.fingerprint)
  })

  it('are drawn with at most f faulty stake', () => {
    for (const seed of seeds(1, 2_000)) assert.ok(isWithinBounds(draw(seed)), `seed ${seed}`)
  })

  for (const [name, scenario] of corpus()) {
    it(`hold where they once did not: ${name}`, async () => {
      assert.equal(scenario.version, scenarioVersion)
      const { violation } = await simulateAny(scenario)
      assert.equal(violation, undefined)
    })
  }
})
