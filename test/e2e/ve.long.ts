/** `pars ve`, `pars treasury` and `pars validator` on a development chain whose time passes. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'

import type { Hex } from '#base'

import { exitCodes } from '../../node/exit-codes.ts'
import { Members, type Shown } from './members.ts'
import { assertRefused, Bench, failureIn } from './node.ts'

const pars = 10n ** 18n
const week = 604_800
const day = 86_400

interface Lock {
  readonly id: number
  readonly amount: string
  readonly state: string
  readonly end: number | null
  readonly kept: number | null
}

interface Voter {
  readonly weight: string
  readonly votes: string
  readonly votesOfAll: string
  readonly delegate: Hex
  readonly withdrawable: string
  readonly now: number
  readonly locks: readonly Lock[]
}

describe('pars ve', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let members: Members
  before(async () => {
    const node = await bench.node('dev', '--data', bench.path('chain'))
    members = await Members.open(bench, node)
  })
  after(() => bench[Symbol.asyncDispose]())

  const show = (number: number): Promise<Voter> => {
    return members.json<Voter>(`ve show ${members.account(number)}`)
  }

  it('locks, adds, extends and shows what it counts for', async () => {
    const made = await members.json('ve lock 1000 --for 2y', 0)
    assert.deepEqual([made['id'], made['amount']], [0, `${1000n * pars}`])
    const first = await show(0)
    assert.equal(first.locks.length, 1)
    const { end, state, amount } = first.locks[0]!
    assert.deepEqual([amount, state], [`${1000n * pars}`, 'running'])
    assert.equal(end! % week, 0)
    const left = end! - first.now
    assert.ok(left >= 730 * day - 60 && left < 731 * day + week, `${left}`)
    // One line over 208 weeks, in whole wei for each second that remains.
    assert.equal(BigInt(first.votes), ((1000n * pars) / BigInt(208 * week)) * BigInt(left))
    assert.deepEqual([first.weight, first.votesOfAll], [first.votes, first.votes])

    assert.equal((await members.json('ve increase 0 500', 0))['amount'], `${1500n * pars}`)
    await members.json('ve extend 0 --for 3y', 0)
    const second = await show(0)
    assert.ok(BigInt(second.votes) > BigInt(first.votes) * 2n)
    const text = await members.run(`ve show ${members.account(0)}`)
    assert.match(text.stdout, /votes +\d+\.\d+, 100\.0000% of all\n/)
    assert.match(text.stdout, /lock 0: 1500 PARS, until 20\d\d-/)
    const all = await members.json('ve show')
    assert.deepEqual(
      [all['locked'], all['curve']],
      [`${1500n * pars}`, [{ weeks: 208, weight: 10_000 }]],
    )
  })

  it('keeps the time of a lock that extends itself, and lets it pass again', async () => {
    await members.json('ve auto-extend 0 on', 0)
    const before = await show(0)
    assert.deepEqual([before.locks[0]!.state, before.locks[0]!.end], ['extends itself', null])
    await members.wait(30 * day)
    assert.equal((await show(0)).votes, before.votes)
    const refused = failureIn(await members.run('ve withdraw 0 --json', 0))
    assert.deepEqual(
      [refused.facts['error'], refused.exitCode],
      ['LockExtendsItself', exitCodes.transaction],
    )
    await members.json('ve auto-extend 0 off', 0)
    await members.wait(30 * day)
    assert.ok(BigInt((await show(0)).votes) < BigInt(before.votes))
  })

  it('delegates by a transaction, and by a signature that another brings once', async () => {
    const [own, delegate] = [members.account(0), members.account(1)]
    await members.json(`ve delegate ${delegate}`, 0)
    const given = await show(1)
    assert.equal(given.weight, '0')
    assert.ok(BigInt(given.votes) > 0n)
    assert.deepEqual([(await show(0)).votes, (await show(0)).delegate], ['0', delegate])

    const { stdout } = await members.run(`ve delegate ${own} --sign-only`, 0)
    const file = bench.path('delegation.json')
    writeFileSync(file, stdout)
    assert.equal((await members.json(`ve relay ${file}`, 2))['delegatee'], own)
    assert.equal((await show(1)).votes, '0')
    const again = failureIn(await members.run(`ve relay ${file} --json`, 2))
    assert.deepEqual(
      [again.facts['error'], again.facts['currentNonce']],
      ['InvalidAccountNonce', '1'],
    )
    const forged = { ...(JSON.parse(stdout) as Shown), delegatee: members.account(2), nonce: '1' }
    writeFileSync(file, JSON.stringify(forged))
    assert.equal(
      failureIn(await members.run(`ve relay ${file} --json`, 2)).facts['error'],
      'InvalidSignature',
    )
    writeFileSync(file, '{}')
    assertRefused(await members.run(`ve relay ${file}`, 2), exitCodes.usage, /NODE_SIGNED_REQUEST/)
  })

  it('pays back exactly what was locked, once that has ended', async () => {
    const { id } = await members.json<Lock>('ve lock 2.5 --for 30d', 1)
    const early = await members.run(`ve withdraw ${id}`, 1)
    assertRefused(early, exitCodes.transaction, /LockNotEnded.*come back when it has ended/)
    await members.wait(37 * day)
    const ended = await show(1)
    assert.deepEqual(
      [ended.locks[0]!.state, ended.withdrawable, ended.weight],
      ['ended', `${(5n * pars) / 2n}`, '0'],
    )
    const before = await members.balance(members.account(1))
    assert.equal((await members.json(`ve withdraw ${id}`, 1))['amount'], `${(5n * pars) / 2n}`)
    const gained = (await members.balance(members.account(1))) - before
    assert.ok(gained > 2n * pars && gained < (5n * pars) / 2n, `${gained}`)
    assert.deepEqual((await show(1)).locks, [])
  })

  it('takes four years for the longest that there is, and says so', async () => {
    const told = 'four years: 208 weeks, the longest that there is'
    const made = await members.run('ve lock 1 --for 4y', 2)
    assert.equal(made.code, 0, made.stderr)
    assert.ok(made.stderr.includes(told))
    const { locks, now } = await show(2)
    const left = locks.at(-1)!.end! - now
    assert.ok(left >= 208 * week - 60 && left < 209 * week, `${left}`)
    const { id } = await members.json<Lock>('ve lock 1 --for 90d', 2)
    const extended = await members.run(`ve extend ${id} --for 4y`, 2)
    assert.deepEqual([extended.code, extended.stderr.includes(told)], [0, true], extended.stderr)
    const longer = failureIn(await members.run('ve lock 1 --for 1461d --json', 2))
    assert.equal(longer.facts['error'], 'DurationOutOfRange')
  })

  it('says why it refuses, with what helps', async () => {
    const refusals = [
      ['ve lock 0.001 --for 90d', 'AmountTooSmall'],
      ['ve lock 1 --for 7d', 'DurationOutOfRange'],
      ['ve increase 9 1', 'UnknownLock'],
      ['ve extend 0 --for 30d', 'NotLonger'],
      ['ve auto-extend 0 off', 'AutoExtendUnchanged'],
      ['ve delegate 0x0000000000000000000000000000000000000000', 'InvalidDelegatee'],
      ['treasury withdraw 0', 'NoSuchStream'],
    ] as const
    for (const [line, error] of refusals) {
      const failure = failureIn(await members.run(`${line} --json`, 0))
      assert.deepEqual(
        [failure.facts['error'], failure.exitCode],
        [error, exitCodes.transaction],
        line,
      )
      assert.doesNotMatch(failure.cure ?? '', /nothing has changed/)
    }
    const ready = await members.run('validator ready 1', 0)
    assertRefused(ready, exitCodes.transaction, /NODE_UPGRADE_UNKNOWN.*validator upgrades --all/)
    assertRefused(await members.run('ve lock 1 --for 3w', 0), exitCodes.usage, /Give a time/)
  })

  it('shows the treasury, and which upgrades wait', async () => {
    const treasury = '0x0000000000000000000000000000000000000627'
    await members.json(`send --to ${treasury} --value 7`, 0)
    const all = `${7n * pars}`
    const amounts = { balance: all, reserved: '0', available: all }
    const funds = { ...amounts, spendable: [`${pars}`, all, all], streams: [] }
    assert.deepEqual(await members.json('treasury'), funds)
    assert.match(
      (await members.run('treasury')).stdout,
      /^balance +7 PARS\nreserved +0\navailable 7 PARS\n +to tier 0 1 PARS\n/,
    )
    assert.deepEqual(await members.json<unknown>('validator upgrades --all'), [])
    assert.equal((await members.run('validator upgrades')).stdout, 'no upgrades wait\n')
  })
})
