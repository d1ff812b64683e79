import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { addressOf, alice, bob } from './scene.ts'
import { SmartAccount } from './smart-account.ts'
import { day, pars } from './system-scene.ts'

interface Model {
  readonly perCall: bigint
  readonly budget: bigint
  readonly maxCalls: bigint
  readonly expiry: bigint
  spent: bigint
  calls: bigint
  revoked: boolean
}

/** What the rules say of calls of these values, brought at `now`. */
function judged(session: Model, values: readonly bigint[], now: bigint): string | undefined {
  if (session.revoked) return 'Revoked'
  if (now > session.expiry) return 'SessionExpired'
  if (session.calls + BigInt(values.length) > session.maxCalls) return 'TooManyCalls'
  if (values.some((value) => value > session.perCall)) return 'OverCallLimit'
  const total = values.reduce((sum, value) => sum + value, session.spent)
  return total > session.budget ? 'OverBudget' : undefined
}

const amount = fc.bigInt(0n, 120n)
const step = fc.record({
  deed: fc.constantFrom('grant', 'use', 'use', 'use', 'use', 'use', 'revoke', 'revokeAll'),
  which: fc.nat(3),
  values: fc.array(amount, { minLength: 1, maxLength: 3 }),
  perCall: amount,
  budget: fc.bigInt(0n, 400n),
  maxCalls: fc.bigInt(0n, 12n),
  seconds: fc.bigInt(0n, 8000n),
})

describe('budgets of session keys', function () {
  this.timeout(60_000)
  let smart: SmartAccount
  before(async () => {
    smart = await SmartAccount.start()
  })
  after(() => smart.close())

  it('are never exceeded, however sessions are granted, used and revoked', async () => {
    const models: Model[] = []
    let moves = 0n
    const refusals = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
        const first = models.length
        models.push(await granted({ perCall: 100n, budget: 300n, maxCalls: 9n, expiry: day }))
        for (const { deed, which, values, seconds, ...terms } of steps) {
          const place = first + (which % (models.length - first))
          const [session, id] = [models[place]!, BigInt(place)]
          if (deed === 'grant') {
            models.push(await granted({ ...terms, expiry: 20_000n }))
          } else if (deed === 'revoke') {
            const refusal = await smart.attempt(alice, 'revoke', [id])
            assert.equal(refusal?.[0], session.revoked ? 'Revoked' : undefined)
            session.revoked = true
          } else if (deed === 'revokeAll' && which === 0) {
            assert.equal(await smart.attempt(alice, 'revokeAll'), undefined)
            for (const one of models) one.revoked = true
          } else {
            const now = smart.system.now + seconds
            smart.system.goTo(now)
            const calls = values.map((value) => smart.play('move', value))
            const before = smart.balance
            const expected = judged(session, values, now)
            const refusal = await smart.attempt(bob, 'executeAsSession', [id, calls])
            assert.equal(refusal?.[0], expected)
            const paid = before - smart.balance
            session.spent += paid
            if (expected === undefined) {
              assert.equal(
                paid,
                values.reduce((sum, value) => sum + value, 0n),
              )
              session.calls += BigInt(values.length)
              moves += BigInt(values.length)
            } else {
              refusals.add(expected)
              assert.equal(paid, 0n)
            }
          }
          await held(models, first)
        }
      }),
      { numRuns: 15 },
    )
    assert.equal(await smart.moves(), moves)
    const all = models.reduce((sum, { spent }) => sum + spent, 0n)
    assert.equal(smart.balance, pars - all)
    assert.ok(refusals.size >= 4, [...refusals].join(' '))
  })

  async function granted(terms: Pick<Model, 'perCall' | 'budget' | 'maxCalls' | 'expiry'>) {
    const expiry = smart.system.now + terms.expiry
    const key = { ...terms, expiry, holder: addressOf(bob), allow: [smart.allowed('move')] }
    assert.equal(await smart.grant(key), undefined)
    return { ...terms, expiry, spent: 0n, calls: 0n, revoked: false }
  }

  /** What the contract says of every session is what was seen to happen. */
  async function held(models: readonly Model[], first: number): Promise<void> {
    interface State {
      readonly spent: bigint
      readonly calls: number
      readonly standing: boolean
    }
    const states = await smart.value<readonly State[]>('sessions', [BigInt(first), 50n])
    for (const [index, { spent, calls, standing }] of states.entries()) {
      const model = models[first + index]!
      assert.deepEqual([spent, BigInt(calls), standing], [model.spent, model.calls, !model.revoked])
      assert.ok(spent <= model.budget && model.calls <= model.maxCalls)
    }
  }
})
