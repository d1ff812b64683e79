import { parseGenesis, usualGovernance } from '#genesis'

import { governanceOf, refused, sample } from './sample.ts'

describe('the governance of a document', () => {
  const usual = governanceOf(usualGovernance(false))
  const governed = (changes: object, dev = false): object => ({
    ...sample({ dev }),
    governance: { ...usual, ...changes },
  })

  it('names every parameter, and no other', () => {
    const { 'vote.delay': _, ...fewer } = usual
    refused({ ...sample(), governance: fewer }, 'governance.vote.delay', /whole number/)
    refused(governed({ 'vote.dealy': 1 }), 'governance', /vote\.dealy/)
    const { governance: __, ...without } = sample()
    refused(without, 'governance', /./)
  })

  const day = 86_400
  const wrong: [string, (number | string)[]][] = [
    ['pip.reviewPeriod', [7 * day - 1, 90 * day + 1]],
    ['vote.delay', [3_599]],
    ['tier.0.period', [7 * day - 1]],
    ['tier.2.timelock', [7 * day - 1]],
    ['tier.1.majority', [4_999, 8_001]],
    ['tier.1.quorum', [99, 5_001]],
    ['upgrade.notice', [14 * day - 1]],
    ['upgrade.readiness', [6_666, 10_001]],
    ['guardian.account', [`0x1${'00'.repeat(20)}`]],
    ['guardian.expiry', [1_800_000_000 + 4 * 365 * day + 1]],
  ]
  for (const [name, values] of wrong) {
    it(`keeps ${name} within its bounds`, () => {
      for (const value of values) refused(governed({ [name]: value }), `governance.${name}`, /give/)
    })
  }

  it('takes seconds for days on a dev network alone', () => {
    const quick = { 'pip.reviewPeriod': 1, 'upgrade.notice': 1, 'tier.2.timelock': 1 }
    refused(governed(quick), 'governance.pip.reviewPeriod', /604800/)
    parseGenesis(governed(quick, true))
  })
})
