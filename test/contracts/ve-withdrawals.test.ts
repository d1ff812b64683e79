import assert from 'node:assert/strict'

import { decodeErrorResult, encodeErrorResult, encodeFunctionData } from 'viem'

import { concat, hex, type Hex, unhex } from '#base'

import { addressOf, alice, bob, type Deployed, probe } from './scene.ts'
import { day, pars, Ve, week } from './ve-scene.ts'

const shortest = 30n * day
const holderContract = probe('VeProbe.sol', 'VeHolder')

describe('withdrawals from VePars', function () {
  this.timeout(60_000)
  let ve: Ve
  let holder: Deployed
  beforeEach(async () => {
    ve = await Ve.start()
    holder = await ve.scene.deploy(holderContract, [ve.contract.address])
  })
  afterEach(() => ve.close())

  const encoded = (functionName: string, args: readonly unknown[]): Hex =>
    encodeFunctionData({ abi: ve.contract.abi, functionName, args })
  const balance = (address: Hex): bigint => ve.scene.network.balance(unhex(address))

  /** By the contract that holds locks, at anybody's word. */
  async function held(name: string, args: readonly unknown[], value = 0n): Promise<0 | 1> {
    const call = encoded(name, args)
    const { status } = await ve.scene.send(bob, holder, 'call', [call], value)
    return status!
  }

  it('pay exactly what was locked, at the end and not a second before', async () => {
    const amount = 7n * pars + 12_345n
    await ve.done(alice, 'lock', [shortest], amount)
    await ve.done(alice, 'lock', [50n * week], pars)
    const { end } = await ve.lockOf(alice, 0)
    ve.goTo(end - 1n)
    assert.deepEqual(await ve.attempt(alice, 'withdraw', [0]), ['LockNotEnded', 0n, end])
    const before = ve.scene.network.balance(alice.address)
    const receipt = await ve.done(alice, 'withdraw', [0])
    assert.equal(ve.now, end)
    const paid = ve.scene.network.balance(alice.address) - before
    assert.equal(paid, amount - receipt.gasUsed * receipt.effectiveGasPrice)
    assert.deepEqual(ve.events(receipt), [['Withdrawn', addressOf(alice), 0n, amount]])
    assert.deepEqual(await ve.attempt(alice, 'withdraw', [0]), [
      'UnknownLock',
      addressOf(alice),
      0n,
    ])
    assert.equal(ve.holds, pars)
  })

  it('change no votes, of now or before', async () => {
    await ve.done(alice, 'lock', [shortest], pars)
    const locked = ve.now
    ve.pass(6n * week)
    await ve.done(bob, 'lock', [shortest], pars)
    const before = await ve.standings([alice, bob], locked)
    assert.ok(before.supply > 0n)
    const supply = await ve.value('totalSupply')
    ve.pass(0n)
    await ve.done(alice, 'withdraw', [0])
    assert.equal(await ve.value('totalSupply'), supply)
    ve.pass(0n)
    await ve.done(alice, 'lock', [shortest], 5n * pars)
    assert.deepEqual(await ve.standings([alice, bob], locked), before)
  })

  it('reach contracts, where these take them', async () => {
    assert.equal(await held('lock', [shortest], pars), 1)
    ve.pass(6n * week)
    await ve.scene.send(bob, holder, 'setUnwilling', [true])
    assert.equal(await held('withdraw', [0n]), 0)
    assert.equal(ve.holds, pars)
    const { error } = await ve.scene.ask(
      { ...holder, abi: [...holder.abi, ...ve.contract.abi] },
      'call',
      [encoded('withdraw', [0n])],
    )
    const [name, account, output] = error as [string, Hex, Hex]
    assert.deepEqual([name, account.toLowerCase()], ['WithdrawalRefused', holder.address])
    assert.equal(output, encodeErrorResult({ abi: holder.abi, errorName: 'Unwilling' }))
    await ve.scene.send(bob, holder, 'setUnwilling', [false])
    assert.equal(await held('withdraw', [0n]), 1)
    assert.equal(balance(holder.address), pars)
    assert.equal(ve.holds, 0n)
  })

  it('pay once, whatever the payee calls meanwhile', async () => {
    await ve.done(alice, 'lock', [shortest], 100n * pars)
    for (const value of [pars, 2n * pars]) assert.equal(await held('lock', [shortest], value), 1)
    ve.pass(6n * week)
    // Another lock at first, then the one that is being paid.
    const args = [encoded('withdraw', [1n])]
    assert.equal((await ve.scene.send(bob, holder, 'setOnPayment', args)).status, 1)
    for (const [id, paid] of [
      [0n, pars],
      [1n, 3n * pars],
    ] as const) {
      assert.equal(await held('withdraw', [id]), 1)
      const outcome = (await ve.scene.value(holder, 'outcome')) as Hex
      const { errorName } = decodeErrorResult({ abi: ve.contract.abi, data: outcome })
      assert.equal(errorName, 'ReentrancyGuardReentrantCall')
      assert.equal(balance(holder.address), paid)
    }
    assert.equal(ve.holds, 100n * pars)
  })

  it('leave alone what came without a lock', async () => {
    const { network } = ve.scene
    const to = unhex(ve.contract.address)
    assert.equal((await network.run(alice, { to, value: pars }))?.status, 0)
    const { output } = await network.call({ from: alice.address, to, value: pars })
    const { errorName } = decodeErrorResult({ abi: ve.contract.abi, data: hex(output) })
    assert.equal(errorName, 'CoinsWithoutLock')
    // Creation code that is nothing but SELFDESTRUCT to the contract.
    const data = concat(Uint8Array.of(0x73), to, Uint8Array.of(0xff))
    assert.equal((await network.run(alice, { to: new Uint8Array(0), data, value: 9n }))?.status, 1)
    assert.equal(ve.holds, 9n)
    await ve.done(alice, 'lock', [shortest], pars)
    assert.equal((await ve.locksOf(alice))[0]?.amount, pars)
    ve.pass(6n * week)
    await ve.done(alice, 'withdraw', [0])
    assert.equal(ve.holds, 9n)
  })
})
