import assert from 'node:assert/strict'

import { emptyTally, examine } from './dag/campaign.ts'
import { mutants } from './dag/mutants.ts'

/** For each mutant a DAG that it gets wrong; `dag/run.ts --mutants` finds new ones. */
const killers: Readonly<Record<keyof typeof mutants, number>> = {
  'certificate of validity stake': 1,
  'commit by validity stake': 3506,
  'skip by validity stake': 41,
  'anchor two rounds above': 4126,
  'looks past an undecided anchor': 1688,
  'counts blocks, not authors': 211,
  'garbage round of the own view': 1,
  'keeps decisions over a switch': 20,
}

describe('random DAGs with equivocators', () => {
  it('are decided and ordered alike by every view', () => {
    const tally = emptyTally()
    for (let seed = 1; seed <= 400; seed++) {
      const disagreement = examine(seed, undefined, tally)
      assert.equal(disagreement, undefined, `seed ${seed}: ${disagreement?.what}`)
    }
    assert.ok(
      tally.direct > 1000 && tally.indirect > 100 && tally.skipped > 500,
      JSON.stringify(tally),
    )
    assert.ok(tally.switches > 10, 'leaders are replaced in some')
  }).timeout(60_000)

  for (const [name, rules] of Object.entries(mutants)) {
    it(`expose a commit rule that differs in one thing: ${name}`, () => {
      const seed = killers[name]
      assert.ok(seed !== undefined)
      assert.notEqual(
        examine(seed, rules),
        undefined,
        'find another seed with dag/run.ts --mutants',
      )
      assert.equal(examine(seed), undefined)
    })
  }
})
