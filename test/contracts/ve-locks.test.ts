import assert from 'node:assert/strict'

import { decodeErrorResult } from 'viem'
import { encodeFunctionData } from 'viem'

import { hex, unhex } from '#base'

import { reads, uninterrupted } from '../../chain/reads/index.ts'
import { addressOf, alice, bob, mallory } from './scene.ts'
import { roundedUp } from './ve-model.ts'
import { day, pars, Ve, week } from './ve-scene.ts'

const least = pars / 100n
const [shortest, longest] = [30n * day, 208n * week]

describe('locks of VePars', function () {
  this.timeout(60_000)
  let ve: Ve
  beforeEach(async () => {
    ve = await Ve.start()
  })
  afterEach(() => ve.close())

  it('end at the first whole week that is not before the duration is over', async () => {
    const boundary = roundedUp(ve.now + week)
    for (const [now, duration, end] of [
      [boundary, shortest, boundary + 5n * week],
      [boundary + 1n, 35n * day, boundary + 6n * week],
      [boundary + week, 35n * day, boundary + 6n * week],
      [boundary + week, longest, boundary + 209n * week],
      [boundary + week + 1n, longest, boundary + 210n * week],
    ] as const) {
      ve.goTo(now)
      const id = BigInt((await ve.locksOf(alice)).length)
      const receipt = await ve.done(alice, 'lock', [duration], 3n * pars)
      assert.equal(ve.now, now)
      const locked = ['Locked', addressOf(alice), id, 3n * pars, end]
      assert.deepEqual(ve.events(receipt).at(-1), locked)
      const lock = { id, amount: 3n * pars, end, kept: 0n }
      assert.deepEqual((await ve.locksOf(alice)).at(-1), lock)
    }
    assert.equal(ve.holds, 15n * pars)
  })

  it('take neither dust nor a time too short or too long', async () => {
    const lock = (duration: bigint, value: bigint): ReturnType<Ve['attempt']> =>
      ve.attempt(alice, 'lock', [duration], value)
    for (const value of [0n, 1n, least - 1n]) {
      assert.deepEqual(await lock(shortest, value), ['AmountTooSmall', value, least])
    }
    for (const duration of [0n, shortest - 1n, longest + 1n, 2n ** 256n - 1n]) {
      const error = ['DurationOutOfRange', duration, shortest, longest]
      assert.deepEqual(await lock(duration, pars), error)
    }
    assert.equal(await lock(shortest, least), undefined)
    assert.equal(await lock(longest, least), undefined)
    assert.equal(ve.holds, 2n * least)
  })

  it('hold no more than 112 bits of wei together, whatever reached the contract', async () => {
    await ve.done(alice, 'lock', [shortest], pars)
    const { profile, store } = ve.scene.network
    const { abi, address } = ve.contract
    const outcome = async (balance: bigint): Promise<unknown> => {
      const reader = store.snapshot()
      const data = unhex(encodeFunctionData({ abi, functionName: 'increase', args: [0n] }))
      const request = { from: alice.address, to: unhex(address), value: pars, data }
      const state = [{ address: unhex(address), balance }]
      const context = { reader, profile, interrupt: uninterrupted }
      const result = await reads.call(context, request, 'latest', { state })
      await reader.close()
      return result!.failure && decodeErrorResult({ abi, data: hex(result!.output) }).args
    }
    const most = 2n ** 112n - 1n
    assert.equal(await outcome(most - pars), undefined)
    assert.deepEqual(await outcome(most - pars + 1n), [most + 1n, most])
  })

  it('are sixteen at most for an account, and its own alone', async () => {
    for (let count = 0; count < 16; count++) await ve.done(alice, 'lock', [shortest], pars)
    const full = await ve.attempt(alice, 'lock', [shortest], pars)
    assert.deepEqual(full, ['TooManyLocks', addressOf(alice), 16n])
    await ve.done(bob, 'lock', [shortest], pars)
    ve.pass(6n * week)
    assert.deepEqual((await ve.attempt(alice, 'lock', [shortest], pars))?.[0], 'TooManyLocks')
    await ve.done(alice, 'withdraw', [7])
    const ids = async (): Promise<bigint[]> => (await ve.locksOf(alice)).map(({ id }) => id)
    assert.equal((await ids()).includes(7n), false)
    const receipt = await ve.done(alice, 'lock', [longest], 2n * pars)
    assert.equal(ve.events(receipt).at(-1)?.[2], 7n)
    assert.deepEqual(
      await ids(),
      Array.from({ length: 16 }, (_, id) => BigInt(id)),
    )
  })

  it('are unknown by another name, and to others', async () => {
    await ve.done(alice, 'lock', [shortest], pars)
    for (const [name, rest, value] of [
      ['increase', [], pars],
      ['extend', [longest], 0n],
      ['setAutoExtend', [true], 0n],
      ['withdraw', [], 0n],
    ] as const) {
      for (const id of [1n, 15n, 16n, 256n, 2n ** 256n - 1n]) {
        const error = await ve.attempt(alice, name, [id, ...rest], value)
        assert.deepEqual(error, ['UnknownLock', addressOf(alice), id])
      }
      const error = await ve.attempt(mallory, name, [0n, ...rest], value)
      assert.deepEqual(error, ['UnknownLock', addressOf(mallory), 0n])
    }
    assert.equal(ve.holds, pars)
  })

  it('grow by what is added while they last', async () => {
    await ve.done(alice, 'lock', [shortest], pars)
    const { end } = await ve.lockOf(alice, 0)
    const receipt = await ve.done(alice, 'increase', [0], least)
    const amount = pars + least
    const increased = ['Increased', addressOf(alice), 0n, least, amount]
    assert.deepEqual(ve.events(receipt).at(-1), increased)
    const dust = await ve.attempt(alice, 'increase', [0], least - 1n)
    assert.deepEqual(dust, ['AmountTooSmall', least - 1n, least])
    assert.deepEqual(await ve.locksOf(alice), [{ id: 0n, amount, end, kept: 0n }])
    ve.goTo(end)
    const ended = ['LockEnded', 0n, end]
    assert.deepEqual(await ve.attempt(alice, 'increase', [0], pars), ended)
    assert.deepEqual(await ve.attempt(alice, 'extend', [0, longest]), ended)
    assert.deepEqual(await ve.attempt(alice, 'setAutoExtend', [0, true]), ended)
    assert.equal(ve.holds, amount)
  })

  it('are extended to a later week, and never brought forward', async () => {
    const now = roundedUp(ve.now)
    ve.goTo(now)
    await ve.done(alice, 'lock', [10n * week], pars)
    const [ten, eleven] = [now + 10n * week, now + 11n * week]
    ve.pass(day)
    for (const duration of [shortest, 9n * week, 10n * week - day]) {
      const end = roundedUp(now + day + duration)
      const error = await ve.attempt(alice, 'extend', [0, duration])
      assert.deepEqual(error, ['NotLonger', 0n, ten, end])
      ve.goTo(now + day)
    }
    const receipt = await ve.done(alice, 'extend', [0, 10n * week - day + 1n])
    assert.deepEqual(ve.events(receipt).at(-1), ['Extended', addressOf(alice), 0n, eleven, 0n])
    for (const duration of [shortest - 1n, longest + 1n]) {
      const error = await ve.attempt(alice, 'extend', [0, duration])
      assert.deepEqual(error, ['DurationOutOfRange', duration, shortest, longest])
    }
    const [lock] = await ve.locksOf(alice)
    assert.equal(lock?.end, eleven)
  })

  it('keep what remains of them once they extend themselves', async () => {
    const now = roundedUp(ve.now)
    ve.goTo(now)
    await ve.done(alice, 'lock', [100n * week], 1000n * pars)
    ve.pass(week + 5n)
    const kept = 99n * week - 5n
    const before = (await ve.value('balanceOf', [addressOf(alice)])) as bigint
    const receipt = await ve.done(alice, 'setAutoExtend', [0, true])
    assert.deepEqual(ve.events(receipt), [['AutoExtended', addressOf(alice), 0n, 0n, kept]])
    const weight = await ve.balanceOf(alice)
    assert.ok(weight < before, 'a moment has passed')
    assert.deepEqual(await ve.attempt(alice, 'setAutoExtend', [0, true]), [
      'AutoExtendUnchanged',
      0n,
      true,
    ])
    ve.pass(300n * week)
    assert.deepEqual(await ve.attempt(alice, 'withdraw', [0]), ['LockExtendsItself', 0n])
    assert.equal(await ve.balanceOf(alice), weight)
    assert.equal(await ve.votesOf(alice), weight)
    assert.equal(await ve.value('totalSupply'), weight)
    const off = roundedUp(ve.now + 50n) + 5n
    ve.goTo(off)
    await ve.done(alice, 'setAutoExtend', [0, false])
    const end = off - 5n + 99n * week
    assert.deepEqual(await ve.locksOf(alice), [{ id: 0n, amount: 1000n * pars, end, kept: 0n }])
    assert.equal(await ve.balanceOf(alice), weight, 'and decays from here')
    assert.deepEqual(await ve.attempt(alice, 'setAutoExtend', [0, false]), [
      'AutoExtendUnchanged',
      0n,
      false,
    ])
    ve.goTo(end - 1n)
    assert.deepEqual(await ve.attempt(alice, 'withdraw', [0]), ['LockNotEnded', 0n, end])
    await ve.done(alice, 'withdraw', [0])
    assert.equal(ve.holds, 0n)
  })

  it('keep nothing below the least duration, and nothing above the longest', async () => {
    const now = roundedUp(ve.now) + 1n
    ve.goTo(now)
    await ve.done(alice, 'lock', [shortest], pars)
    await ve.done(alice, 'lock', [longest], pars)
    const { end } = await ve.lockOf(alice, 0)
    await ve.done(alice, 'setAutoExtend', [1, true])
    assert.equal((await ve.locksOf(alice))[1]?.kept, longest)
    ve.goTo(end - shortest + 1n)
    const short = await ve.attempt(alice, 'setAutoExtend', [0, true])
    assert.deepEqual(short, ['DurationOutOfRange', shortest - 1n, shortest, longest])
    ve.goTo(end - shortest + 1n)
    await ve.done(alice, 'extend', [0, shortest])
    await ve.done(alice, 'setAutoExtend', [0, true])
  })

  it('that extend themselves grow and are extended without an end', async () => {
    ve.goTo(roundedUp(ve.now))
    await ve.done(alice, 'lock', [10n * week], pars)
    ve.pass(0n)
    await ve.done(alice, 'setAutoExtend', [0, true])
    await ve.done(alice, 'increase', [0], pars)
    const same = await ve.attempt(alice, 'extend', [0, 10n * week])
    assert.deepEqual(same, ['NotLonger', 0n, 10n * week, 10n * week])
    const receipt = await ve.done(alice, 'extend', [0, 10n * week + 1n])
    const extended = ['Extended', addressOf(alice), 0n, 0n, 10n * week + 1n]
    assert.deepEqual(ve.events(receipt).at(-1), extended)
    const kept = 10n * week + 1n
    assert.deepEqual(await ve.locksOf(alice), [{ id: 0n, amount: 2n * pars, end: 0n, kept }])
  })
})
