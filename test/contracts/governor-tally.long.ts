import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { Parliament, pars } from './parliament.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'

const members = [alice, bob, carol, dave, mallory]
const anybody = fc.nat(members.length - 1)
/** What each locks, to whom each delegates, and who then says what, in which form. */
const histories = fc.record({
  amounts: fc.array(fc.bigInt({ min: 0n, max: 10n ** 21n }), { minLength: 5, maxLength: 5 }),
  delegates: fc.array(anybody, { minLength: 5, maxLength: 5 }),
  moves: fc.array(fc.tuple(anybody, fc.nat(2), fc.boolean()), { minLength: 4, maxLength: 14 }),
})

describe('a tally', function () {
  this.timeout(60_000)

  it('is what everybody’s locks say: by their owner’s word, or else by the delegate’s', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ amounts, delegates, moves }) => {
        const parliament = await Parliament.start({ 'tier.0.threshold': 0n }, [])
        try {
          for (const [index, account] of members.entries()) {
            const amount = amounts[index]!
            if (amount > pars / 100n) await parliament.lock(account, amount)
            const to = members[delegates[index]!]!
            await parliament.done(account, parliament.ve, 'delegate', [addressOf(to)])
          }
          const { id } = await parliament.propose(42)
          const snapshot = await parliament.snapshot({ number: 42, id })
          await parliament.passTo(snapshot + 1n)
          const owned: bigint[] = []
          for (const account of members) {
            const args = [addressOf(account), snapshot]
            owned.push((await parliament.value(parliament.ve, 'getPastBalanceOf', args)) as bigint)
          }
          const own = new Map<number, number>()
          const cast = new Map<number, number>()
          for (const [voter, support, overrides] of moves) {
            const said = overrides ? own : cast
            const account = members[voter]!
            const name = overrides ? 'castOverrideVote' : 'castVote'
            const args = overrides ? [id, support, ''] : [id, support]
            const { status } = await parliament.scene.send(account, parliament.governor, name, args)
            const hasVotes = overrides
              ? delegates[voter] !== voter && owned[voter]! > 0n
              : owned.some((weight, owner) => weight > 0n && delegates[owner] === voter)
            const allowed = hasVotes && !said.has(voter)
            assert.equal(status, allowed ? 1 : 0)
            if (allowed) said.set(voter, support)
          }
          const expected = [0n, 0n, 0n]
          for (const [index, weight] of owned.entries()) {
            const say = own.get(index) ?? cast.get(delegates[index]!)
            if (say !== undefined) expected[say]! += weight
          }
          assert.deepEqual(await parliament.tally({ number: 42, id }), expected)
        } finally {
          await parliament.close()
        }
      }),
      { numRuns: 12 },
    )
  })
})
