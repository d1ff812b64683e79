import assert from 'node:assert/strict'

import { Machine } from '../../sim/machine.ts'
import { plain, type Scenario, scenarioVersion } from '../../sim/scenario.ts'
import { peerOf, soundPorts, World } from '../../sim/world.ts'

const scenario: Scenario = {
  version: scenarioVersion,
  seed: 1,
  world: 'core',
  stakes: [1, 1, 1, 1, 1, 1, 1],
  constants: { gcDepth: 60, scheduleWindow: 300 },
  parameters: { idleRoundDelay: 200 },
  links: { least: 20, most: 100, loss: 0, duplicates: 0 },
  skews: [],
  load: 0,
  ...plain,
  stable: 0,
  end: 0,
  faults: [],
}

/** Seven nodes that ran for 5 s, cut in two for `length`, and 3 s after that. */
function part(groups: readonly number[], length: number): readonly (readonly number[])[] {
  const world = new World(scenario, soundPorts)
  const machines = scenario.stakes.map(
    (_, author) => new Machine(world, { index: author, author, peer: peerOf(author), skew: 0 }),
  )
  for (const machine of machines) machine.boot()
  const committed = (): readonly number[] => machines.map(({ status }) => status?.committed ?? 0)
  world.run(5_000)
  const wall = { blocks: (from: number, to: number) => groups[from] !== groups[to] }
  world.network.add(wall)
  world.run(6_000)
  const atCut = committed()
  world.run(6_000 + length)
  const atHeal = committed()
  world.network.remove(wall)
  world.run(9_000 + length)
  return [atCut, atHeal, committed()]
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}

describe('a partition', function () {
  this.timeout(60_000)

  it('of five and two leaves the two where they are, and all are equal 3 s after', () => {
    const [atCut = [], atHeal = [], after = []] = part([0, 0, 0, 0, 0, 1, 1], 30_000)
    assert.deepEqual(atHeal.slice(5), atCut.slice(5))
    assert.ok((atHeal[0] ?? 0) > (atCut[0] ?? 0) + 20)
    assert.ok(spread(after) <= 1)
    assert.ok(Math.min(...after) > Math.max(...atHeal))
  })

  it('of four and three stops all, and all are equal and go on 3 s after', () => {
    const [atCut = [], atHeal = [], after = []] = part([0, 0, 0, 0, 1, 1, 1], 30_000)
    assert.deepEqual(atHeal, atCut)
    assert.ok(spread(after) <= 1)
    assert.ok(Math.min(...after) > Math.max(...atHeal))
  })
})
