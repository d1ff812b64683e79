import assert from 'node:assert/strict'

import { addressOf, alice, bob, carol, newcomer } from './scene.ts'
import { roundedUp, weigh } from './ve-model.ts'
import { day, linear, pars, Ve, week } from './ve-scene.ts'

const zero = `0x${'00'.repeat(20)}`
const stranger = addressOf(newcomer('nobody has heard of', 0x44))
const year = 52n * week

describe('votes of VePars', function () {
  this.timeout(60_000)
  let ve: Ve
  beforeEach(async () => {
    ve = await Ve.start()
  })
  afterEach(() => ve.close())

  it('count the seconds, as ERC-6372 says', async () => {
    assert.equal(await ve.value('CLOCK_MODE'), 'mode=timestamp')
    ve.pass(12_345n)
    await ve.done(alice, 'lock', [year], pars)
    assert.equal(await ve.value('clock'), Number(ve.now))
  })

  it('are nothing for who has no lock', async () => {
    assert.equal(await ve.value('getVotes', [stranger]), 0n)
    assert.equal(await ve.value('balanceOf', [stranger]), 0n)
    assert.equal(((await ve.value('delegates', [stranger])) as string).toLowerCase(), stranger)
    assert.deepEqual(await ve.value('locksOf', [stranger]), [])
    assert.equal(await ve.value('totalSupply'), 0n)
    assert.equal(await ve.value('getPastTotalSupply', [0n]), 0n)
    assert.equal(await ve.value('getPastVotes', [stranger, ve.now - 1n]), 0n)
  })

  it('belong to the owner of the locks without a word, and fall to nothing at the end', async () => {
    const receipt = await ve.done(alice, 'lock', [4n * year], 100n * pars)
    const [start, end] = [ve.now, roundedUp(ve.now + 4n * year)]
    const first = weigh(linear, 100n * pars, end - start)
    const changed = ['DelegateVotesChanged', addressOf(alice), 0n, first]
    assert.deepEqual(ve.events(receipt)[0], changed)
    assert.equal(await ve.votesOf(alice), first)
    ve.goTo(end + 300n * week)
    await ve.done(bob, 'lock', [year], pars)
    for (const [time, remaining] of [
      [start - 1n, 0n],
      [start, end - start],
      [start + 1n, end - start - 1n],
      [start + week, end - start - week],
      [end - 1n, 1n],
      [end, 0n],
      [end + 1n, 0n],
      [end + 209n * week, 0n],
      [ve.now - 1n, 0n],
    ] as const) {
      const votes = weigh(linear, 100n * pars, remaining)
      const { votes: found, balances, supply } = await ve.standings([alice], time)
      assert.deepEqual([found[0], balances[0], supply], [votes, votes, votes], `at ${time}`)
      assert.equal(votes > 0n, time >= start && time < end)
    }
    assert.equal(await ve.votesOf(alice), 0n)
  })

  it('of the past are those of seconds that are over', async () => {
    await ve.done(alice, 'lock', [year], pars)
    const now = Number(ve.now)
    for (const time of [BigInt(now), BigInt(now) + 1n, 2n ** 48n, 2n ** 256n - 1n]) {
      const error = ['ERC5805FutureLookup', time, now]
      for (const [name, args] of [
        ['getPastVotes', [addressOf(alice), time]],
        ['getPastBalanceOf', [addressOf(alice), time]],
        ['getPastDelegate', [addressOf(alice), time]],
        ['getPastTotalSupply', [time]],
      ] as const) {
        assert.deepEqual((await ve.scene.ask(ve.contract, name, args)).error, error)
      }
    }
    assert.equal(await ve.value('getPastVotes', [addressOf(alice), now - 1]), 0n)
  })

  it('move to a delegatee whole, and with them those to come', async () => {
    await ve.done(alice, 'lock', [year], 10n * pars)
    await ve.done(alice, 'lock', [2n * year], 20n * pars)
    await ve.done(bob, 'lock', [year], pars)
    const before = ve.now
    const receipt = await ve.done(alice, 'delegate', [addressOf(bob)])
    const moved = await ve.balanceOf(alice)
    const own = await ve.balanceOf(bob)
    assert.deepEqual(ve.events(receipt), [
      ['DelegateChanged', addressOf(alice), addressOf(alice), addressOf(bob)],
      ['DelegateVotesChanged', addressOf(alice), moved, 0n],
      ['DelegateVotesChanged', addressOf(bob), own, own + moved],
    ])
    assert.equal(await ve.votesOf(alice), 0n)
    assert.equal(await ve.votesOf(bob), own + moved)
    await ve.done(alice, 'lock', [3n * year], 5n * pars)
    const grown = (await ve.balanceOf(alice)) + (await ve.balanceOf(bob))
    assert.equal(await ve.votesOf(bob), grown)
    assert.equal(await ve.votesOf(alice), 0n)
    ve.pass(year)
    await ve.done(carol, 'lock', [year], pars)
    const { votes, balances, delegates } = await ve.standings([alice, bob], ve.now - 1n)
    assert.deepEqual(votes, [0n, balances[0]! + balances[1]!])
    assert.deepEqual(delegates, [addressOf(bob), addressOf(bob)])
    const then = await ve.standings([alice, bob], before)
    assert.deepEqual(then.votes, then.balances)
    assert.deepEqual(then.delegates, [addressOf(alice), addressOf(bob)])
  })

  it('go one step: what was delegated to somebody is not delegated on', async () => {
    for (const member of [alice, bob, carol]) await ve.done(member, 'lock', [year], pars)
    await ve.done(alice, 'delegate', [addressOf(bob)])
    await ve.done(bob, 'delegate', [addressOf(carol)])
    assert.equal(await ve.votesOf(bob), await ve.balanceOf(alice))
    const both = (await ve.balanceOf(bob)) + (await ve.balanceOf(carol))
    assert.equal(await ve.votesOf(carol), both)
  })

  it('come back by naming oneself, and nobody is no delegatee', async () => {
    await ve.done(alice, 'lock', [year], pars)
    await ve.done(alice, 'delegate', [addressOf(bob)])
    assert.deepEqual(await ve.attempt(alice, 'delegate', [zero]), ['InvalidDelegatee', zero])
    assert.equal(
      ((await ve.value('delegates', [addressOf(alice)])) as string).toLowerCase(),
      addressOf(bob),
    )
    await ve.done(alice, 'delegate', [addressOf(alice)])
    assert.equal(await ve.votesOf(alice), await ve.balanceOf(alice))
    assert.equal(await ve.votesOf(bob), 0n)
    const again = await ve.done(alice, 'delegate', [addressOf(alice)])
    assert.deepEqual(ve.events(again), [], 'nothing has changed')
  })

  it('move without locks that have ended, and with those that extend themselves', async () => {
    await ve.done(alice, 'lock', [30n * day], pars)
    await ve.done(alice, 'lock', [year], 3n * pars)
    await ve.done(alice, 'setAutoExtend', [1, true])
    const kept = (await ve.locksOf(alice))[1]!.kept
    ve.pass(2n * year)
    await ve.done(alice, 'delegate', [addressOf(bob)])
    assert.equal(await ve.votesOf(bob), weigh(linear, 3n * pars, kept))
    await ve.done(alice, 'setAutoExtend', [1, false])
    ve.pass(2n * year)
    const receipt = await ve.done(alice, 'delegate', [addressOf(carol)])
    const changed = ['DelegateChanged', addressOf(alice), addressOf(bob), addressOf(carol)]
    assert.deepEqual(ve.events(receipt), [changed])
  })

  it('of a second are those at its end, however many blocks it had', async () => {
    const second = ve.now + 1000n
    const act = async (...call: Parameters<Ve['done']>): Promise<void> => {
      ve.goTo(second)
      await ve.done(...call)
      assert.equal(ve.now, second)
    }
    await act(alice, 'lock', [year], pars)
    await act(alice, 'delegate', [addressOf(bob)])
    await act(bob, 'lock', [year], pars)
    await act(alice, 'increase', [0], pars)
    await act(alice, 'setAutoExtend', [0, true])
    await act(alice, 'delegate', [addressOf(carol)])
    await act(alice, 'extend', [0, 2n * year])
    await act(alice, 'setAutoExtend', [0, false])
    const error = ['ERC5805FutureLookup', second, Number(second)]
    const asked = await ve.scene.ask(ve.contract, 'getPastVotes', [addressOf(carol), second])
    assert.deepEqual(asked.error, error)
    await ve.done(alice, 'delegate', [addressOf(alice)])
    const { votes, balances, delegates, supply } = await ve.standings([alice, bob, carol], second)
    const hers = weigh(linear, 2n * pars, roundedUp(second + 2n * year) - second)
    const his = weigh(linear, pars, roundedUp(second + year) - second)
    assert.deepEqual(votes, [0n, his, hers])
    assert.deepEqual(balances, [hers, his, 0n])
    assert.deepEqual(delegates, [carol, bob, carol].map(addressOf))
    assert.equal(supply, hers + his)
    assert.equal((await ve.standings([alice], second - 1n)).supply, 0n)
  })

  it('have no delegation by an ECDSA signature', async () => {
    const word = `0x${'01'.repeat(32)}`
    const args = [addressOf(bob), 0n, 2n ** 255n, 27, word, word]
    assert.deepEqual(await ve.attempt(alice, 'delegateBySig', args), ['EcdsaRefused'])
  })
})
