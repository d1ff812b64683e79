import assert from 'node:assert/strict'

import { limits } from '#consensus'

import { draw, type DrawOptions } from '../../sim/draw.ts'
import type { Outcome } from '../../sim/outcome.ts'
import type { Fault, Scenario } from '../../sim/scenario.ts'
import { simulateNodes } from '../../sim/simulate-nodes.ts'

/** Four whole nodes on short links. */
function world(faults: readonly Fault[], options: DrawOptions = {}): Scenario {
  const stakes = [1, 1, 1, 1]
  const scenario = draw(6, { world: 'nodes', sizes: [4], chaos: 20, faults: [], ...options })
  return { ...scenario, stakes, stable: 4_000, end: 12_000, faults }
}

async function run(scenario: Scenario): Promise<Outcome> {
  const outcome = await simulateNodes(scenario)
  assert.equal(outcome.violation?.message, undefined)
  return outcome
}

function count({ trace }: Outcome, text: string): number {
  return trace.filter((line) => line.includes(text)).length
}

describe('a simulated world of whole nodes', function () {
  this.timeout(60_000)

  it('convicts who signs twice and shows each to some, and goes on', async () => {
    const traits = { equivocates: 60, withholds: 10, silent: 0, lies: 30, forges: 10 }
    const outcome = await run(world([{ kind: 'byzantine', at: 0, node: 3, traits }]))
    assert.ok(count(outcome, 'convicts 3 of') >= 1)
    assert.equal(outcome.tally.evidence, count(outcome, 'convicts 3 of'))
  })

  it('goes on beside a validator that keeps its blocks and lies about what it knows', async () => {
    const traits = { equivocates: 0, withholds: 90, silent: 10, lies: 90, forges: 20 }
    const faults: readonly Fault[] = [
      { kind: 'byzantine', at: 0, node: 0, traits },
      { kind: 'crash', at: 500, node: 1, down: 1_500 },
    ]
    const { tally } = await run(world(faults))
    assert.ok(tally.commits > 100)
  })

  it('halts who executes something else, and nobody beside it', async () => {
    const faults = [{ kind: 'divergence', at: 1_000, length: 20_000, node: 2 } as const]
    const outcome = await run(world(faults))
    assert.equal(count(outcome, '2 halts at'), outcome.tally.halts)
    assert.ok(outcome.tally.halts >= 1)
  })

  it('takes back who executed something else, and then made its chain anew', async () => {
    const faults = [{ kind: 'divergence', at: 1_000, length: 1_500, node: 2 } as const]
    const outcome = await run(world(faults))
    assert.ok(outcome.tally.halts >= 1)
    assert.ok(count(outcome, '2 starts') === 2)
  })

  it('halts all when as many execute something else as can be right, and finds nothing final', async () => {
    const faults = [1, 2].map(
      (node) => ({ kind: 'divergence', at: 0, length: 20_000, node }) as const,
    )
    const { violation, tally } = await simulateNodes(world(faults))
    assert.match(violation?.message ?? '', /^I10: [03] halts at 1$/)
    assert.equal(tally.finalized, 0)
  })

  it('loses nobody whose disk is full for a while', async () => {
    const faults = [{ kind: 'full', at: 1_000, length: 1_500, node: 1, room: 50_000 } as const]
    const outcome = await run(world(faults))
    assert.equal(count(outcome, '1 ends'), 1)
    assert.equal(count(outcome, '1 starts'), 2)
  })

  it('certifies checkpoints across losses of power', async () => {
    const faults = [{ kind: 'crash', at: 2_000, node: 1, down: 300 } as const]
    const { tally } = await run({ ...world(faults), heights: 60, transactions: one(8) })
    assert.ok(tally.checkpoints >= 4)
  })

  it('orders bodies that fill a block, over queues and answers that are full', async () => {
    const faults = [{ kind: 'crash', at: 1_000, node: 0, down: 1_500 } as const]
    const sizes = { transactions: { bytes: 131_072, count: 4 }, answerBytes: 65_536 }
    const { tally } = await run({ ...world(faults), ...sizes, queueBytes: 1_048_576 })
    assert.ok(tally.commits > 50)
  })

  it('catches up with answers in many parts', async () => {
    const shrunk = { part: 64, syncBytes: 30_000, fetchRefs: 2 }
    const restore = shrink(shrunk)
    try {
      const faults = [{ kind: 'crash', at: 500, node: 0, down: 3_400 } as const]
      await run({ ...world(faults), answerBytes: 4_096 })
    } finally {
      restore()
    }
  })
})

function one(bytes: number): Scenario['transactions'] {
  return { bytes, count: 1 }
}

type Values = Partial<Record<keyof typeof limits, number>>

/** Limits that a short run would never meet; what it gives puts back the usual ones. */
function shrink(values: Values): () => void {
  const usual: Values = {}
  for (const name of namesOf(values)) usual[name] = limits[name].value
  set(values)
  return () => set(usual)
}

function set(values: Values): void {
  for (const name of namesOf(values)) Object.assign(limits[name], { value: values[name] })
}

function namesOf(values: Values): readonly (keyof typeof limits)[] {
  return Object.keys(values) as (keyof typeof limits)[]
}
