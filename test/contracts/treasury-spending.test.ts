import assert from 'node:assert/strict'

import { hex, type Hex, unhex } from '#base'
import { treasury as standing } from '#contracts'
import { systemAddresses } from '#protocol'

import { addressOf, alice, bob, dave as timelock, type Deployed, mallory, probe } from './scene.ts'
import { answerOf, decoded, pars, passing, System, treasuryOf } from './system-scene.ts'

const zero: Hex = `0x${'00'.repeat(20)}`
const funds = 1000n * pars

describe('what the treasury spends at once', function () {
  this.timeout(60_000)
  let system: System
  let treasury: Deployed
  let recipient: Deployed
  beforeEach(async () => {
    system = await System.start()
    treasury = await treasuryOf(system, addressOf(timelock), funds)
    recipient = await system.deploy(probe('SystemProbe.sol', 'Recipient'))
  })
  afterEach(() => system.close())

  const spend = (to: Hex, amount: bigint) =>
    system.attempt(timelock, treasury, 'spend', [to, amount])

  it('tells who paid it', async () => {
    const receipt = await system.pay(treasury.address, 5n, bob)
    assert.deepEqual(system.events(treasury, receipt), [['Received', addressOf(bob), 5n]])
    assert.equal(await system.value(treasury, 'available'), funds + 5n)
  })

  it('pays by the timelock alone', async () => {
    const before = system.balance(addressOf(bob))
    const receipt = await system.done(timelock, treasury, 'spend', [addressOf(bob), 7n])
    assert.deepEqual(system.events(treasury, receipt), [['Spent', addressOf(bob), 7n]])
    assert.equal(system.balance(addressOf(bob)), before + 7n)
    for (const one of [treasury, standing]) {
      for (const [name, given] of [
        ['spend', [addressOf(mallory), 7n]],
        ['openStream', [addressOf(mallory), 1n, system.now, system.now, system.now + 9n]],
        ['cancelStream', [0n]],
      ] as const) {
        const refusal = await system.attempt(mallory, one, name, given)
        assert.deepEqual(refusal, ['OnlyTimelock', addressOf(mallory)])
      }
    }
  })

  it('stands in every genesis, and pays by the timelock that stands there for a proposal', async () => {
    await system.pay(standing.address, 5n)
    const stream = [addressOf(bob), 5n, system.now, system.now, system.now + 9n]
    for (const [name, args] of [
      ['spend', [addressOf(bob), 5n]],
      ['openStream', stream],
    ] as const) {
      const { to, data } = passing(standing, name, args)
      const request = { to: unhex(to), data: unhex(data) }
      const asked = async (from: Uint8Array) => {
        const { output } = await system.scene.network.call({ ...request, from })
        return decoded(standing.abi, hex(output))
      }
      assert.deepEqual(await asked(systemAddresses.timelock), ['NoProposalRuns'])
      const governor = systemAddresses.governor
      assert.deepEqual(await asked(governor), ['OnlyTimelock', hex(governor)])
    }
  })

  it('pays all that it has, and not a wei more', async () => {
    assert.deepEqual(await spend(addressOf(bob), funds + 1n), [
      'InsufficientFunds',
      funds + 1n,
      funds,
    ])
    const most = 2n ** 256n - 1n
    assert.deepEqual(await spend(addressOf(bob), most), ['InsufficientFunds', most, funds])
    assert.equal(await spend(addressOf(bob), funds), undefined)
    assert.equal(system.balance(treasury.address), 0n)
  })

  it('pays neither nobody, nor itself, nor nothing', async () => {
    assert.deepEqual(await spend(zero, 1n), ['InvalidRecipient', zero])
    assert.deepEqual(await spend(treasury.address, 1n), ['InvalidRecipient', treasury.address])
    assert.deepEqual(await spend(addressOf(bob), 0n), ['NothingToPay'])
  })

  it('takes a refusal of payment for one, and keeps the money', async () => {
    await system.done(alice, recipient, 'be', [1])
    assert.deepEqual(await spend(recipient.address, 7n), ['PaymentRefused', recipient.address])
    await system.done(alice, recipient, 'be', [0])
    assert.equal(await spend(recipient.address, 7n), undefined)
    assert.equal(system.balance(recipient.address), 7n)
  })

  it('does not copy what a recipient returns', async () => {
    await system.done(alice, recipient, 'be', [2])
    const args = [recipient.address, 7n]
    const receipt = await system.done(timelock, treasury, 'spend', args)
    assert.ok(receipt.gasUsed < 2_500_000n, `${receipt.gasUsed}: a megabyte, once`)
  })

  it('is not entered again by whom it pays, though that be the timelock', async () => {
    treasury = await treasuryOf(system, recipient.address, funds)
    const again = passing(treasury, 'spend', [addressOf(mallory), 9n])
    await system.done(alice, recipient, 'want', [again.to, again.data])
    const once = passing(treasury, 'spend', [recipient.address, 7n])
    assert.equal(await system.attempt(alice, recipient, 'call', [once.to, once.data]), undefined)
    assert.deepEqual(await answerOf(system, recipient, treasury.abi), [
      'ReentrancyGuardReentrantCall',
    ])
    assert.equal(system.balance(treasury.address), funds - 7n)
  })
})
