import assert from 'node:assert/strict'

import { hex } from '#base'
import { treasury, vePars } from '#contracts'
import { genesisAllocation, type GenesisDocument, parseGenesis, usualGovernance } from '#genesis'

import { governanceOf, publicKey, refused, sample } from './sample.ts'

const point = (weeks: number, weight: number) => ({ weeks, weight })

const stored = (lockCurve: GenesisDocument['lockCurve']) => {
  const { accounts } = genesisAllocation(parseGenesis(sample({ lockCurve })))
  const found = accounts.find(({ address }) => hex(address) === vePars.address)
  return found?.storage.map(([slot, word]) => [BigInt(hex(slot)), BigInt(hex(word))])
}

const funded = (entry: object) => ({ ...sample(), alloc: { [treasury.address]: entry } })

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
    ['vote.expiry', [7 * day - 1, 180 * day + 1]],
    ['treasury.period', [7 * day - 1, 365 * day + 1]],
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

  it('takes a curve of one to four points that rises less and less', () => {
    const table = [point(4, 2_500), point(26, 5_000), point(52, 7_500), point(208, 10_000)]
    parseGenesis(sample({ lockCurve: table }))
    refused(sample({ lockCurve: [] }), 'lockCurve', /at least one/)
    refused(sample({ lockCurve: [...table, point(208, 10_000)] }), 'lockCurve', /at most 4/)
    refused(sample({ lockCurve: [point(209, 10_000)] }), 'lockCurve.0.weeks', /to 208/)
    refused(sample({ lockCurve: [point(208, 10_001)] }), 'lockCurve.0.weight', /to 10000/)
    refused(sample({ lockCurve: [point(4, 2_500), point(4, 5_000)] }), 'lockCurve.1', /more weeks/)
    refused(sample({ lockCurve: [point(4, 2_500), point(8, 2_500)] }), 'lockCurve.1', /more weight/)
    refused(sample({ lockCurve: [point(26, 100), point(208, 10_000)] }), 'lockCurve.1', /no more/)
  })

  it('writes the curve into the word that VePars reads', () => {
    const table = [
      { weeks: 4, weight: 2_500 },
      { weeks: 26, weight: 5_000 },
      { weeks: 52, weight: 7_500 },
      { weeks: 208, weight: 10_000 },
    ]
    assert.deepEqual(stored([{ weeks: 208, weight: 10_000 }]), [])
    assert.deepEqual(stored(table), [[1n, 0x271000d01d4c00341388001a09c40004n]])
  })

  it('gives the treasury coins, and nothing else', () => {
    const { accounts } = genesisAllocation(parseGenesis(funded({ balance: '1000' })))
    const held = accounts.find(({ address }) => hex(address) === treasury.address)
    assert.equal(held?.balance, 1000n)
    assert.equal(hex(held.code), treasury.deployedBytecode)
    for (const more of [
      { nonce: 1 },
      { code: '0x00' },
      { key: { algorithm: 0x65, publicKey: publicKey(1) } },
    ]) {
      refused(funded({ balance: 1, ...more }), `alloc.${treasury.address}`, /nothing else/)
    }
  })

  it('takes seconds for days on a dev network alone', () => {
    const quick = { 'pip.reviewPeriod': 1, 'upgrade.notice': 1, 'tier.2.timelock': 1 }
    refused(governed(quick), 'governance.pip.reviewPeriod', /604800/)
    parseGenesis(governed(quick, true))
  })
})
