import assert from 'node:assert/strict'

import { encodeFunctionData } from 'viem'

import { type Hex, unhex } from '#base'

import type { Account } from '../chain/attacks/network.ts'
import { type Approval, byAddress, Council, pay } from './council.ts'
import { addressOf, alice, bob, carol, dave, mallory, newcomer } from './scene.ts'

const nobody = newcomer('nobody', 0x44)

describe('proposals of the weighted multisig', function () {
  this.timeout(60_000)
  let council: Council
  beforeEach(async () => {
    council = await Council.start()
  })
  afterEach(() => council.close())

  it('signs what EIP-712 says, in a domain that has the network for its salt', async () => {
    const calls = [council.increment(7n), pay(dave, 1n)]
    const expiry = council.later()
    const digest = council.digestOf(calls, 4n, expiry)
    assert.equal(await council.value('proposalDigest', [calls, 4n, expiry]), digest)
    assert.equal(await council.value('messageDigest', [digest]), council.messageDigestOf(digest))
    const told = (await council.value('eip712Domain')) as unknown[]
    const [fields, name, version, chainId, verifyingContract, salt, extensions] = told
    assert.deepEqual([fields, extensions], ['0x1f', []])
    const found = { name, version, chainId, verifyingContract, salt }
    assert.deepEqual(
      { ...found, verifyingContract: (verifyingContract as Hex).toLowerCase() },
      council.domain(),
    )
  })

  it('executes with enough weight, whoever brings it, and pays what it holds', async () => {
    await council.fund(100n)
    const before = council.scene.network.balance(dave.address)
    const calls = [council.increment(40n), pay(dave, 60n), council.increment()]
    assert.equal(await council.execute({ calls, signers: [alice, bob] }), 'executed')
    assert.equal(await council.count(), 2n)
    assert.equal(council.scene.network.balance(dave.address), before + 60n)
    assert.equal(council.scene.network.balance(unhex(council.multisig.address)), 0n)
    assert.equal(await council.value('nonce'), 1n)
  })

  it('counts weights and not heads', async () => {
    const calls = [council.increment()]
    const short = await council.execute({ calls, signers: [bob, carol] })
    assert.deepEqual(short, ['TooLittleWeight', 4n, 5n])
    assert.deepEqual(await council.execute({ calls }), ['TooLittleWeight', 0n, 5n])
    assert.equal(await council.execute({ calls, signers: [alice, carol] }), 'executed')
    assert.equal(await council.execute({ calls, signers: [alice, bob, carol] }), 'executed')
  })

  it('holds the largest weights that there are without overflow', async () => {
    const most = 2n ** 64n - 1n
    await council.replace(
      [
        [alice, most],
        [bob, most],
        [carol, 1n],
      ],
      2n * most + 1n,
    )
    assert.equal(await council.value('totalWeight'), 2n * most + 1n)
    const calls = [council.increment()]
    const short = await council.execute({ calls, signers: [alice, bob] })
    assert.deepEqual(short, ['TooLittleWeight', 2n * most, 2n * most + 1n])
    assert.equal(await council.execute({ calls, signers: [alice, bob, carol] }), 'executed')
  })

  it('refuses one bad approval among enough good ones', async () => {
    const [calls, expiry] = [[council.increment()], council.later()]
    const digest = council.digestOf(calls, 0n, expiry)
    const good = council.approvals(digest, [alice, bob])
    const entry = (owner: Account, by: Account): Approval => ({
      owner: addressOf(owner),
      signature: council.scene.signWithKey(by, digest),
    })
    const attempt = (given: readonly Approval[]): ReturnType<Council['execute']> =>
      council.execute({ calls, expiry, given: byAddress(given, ({ owner }) => owner) })
    const culprit = async (given: readonly Approval[]): Promise<unknown> => {
      const result = await attempt(given)
      assert.ok(result !== 'executed')
      assert.equal(result[0], 'NotApproved')
      return (result[1] as Hex).toLowerCase()
    }
    assert.equal(await culprit([...good, entry(carol, mallory)]), addressOf(carol))
    assert.equal(await culprit([...good, entry(mallory, mallory)]), addressOf(mallory))
    assert.equal(
      await culprit([...good, { owner: addressOf(carol), signature: '0x' }]),
      addressOf(carol),
    )
    const strange = council.approvals(council.digestOf(calls, 1n, expiry), [carol])
    assert.equal(await culprit([...good, ...strange]), addressOf(carol))
    assert.equal(await attempt(good), 'executed')
  })

  it('counts nobody twice, whatever the order', async () => {
    const [calls, expiry] = [[council.increment()], council.later()]
    const [one] = council.approvals(council.digestOf(calls, 0n, expiry), [alice]) as [Approval]
    const twice = await council.execute({ calls, expiry, given: [one, one] })
    assert.equal(twice[0], 'NotApproved')
    const two = council.approvals(council.digestOf(calls, 0n, expiry), [alice, bob])
    const turned = await council.execute({ calls, expiry, given: two.toReversed() })
    assert.equal(turned[0], 'NotApproved')
    const again = await council.execute({ calls, expiry, given: [...two, two[0]!] })
    assert.equal(again[0], 'NotApproved')
    assert.equal(await council.count(), 0n)
  })

  it('executes nothing twice, nothing for another contract, and nothing changed', async () => {
    const [calls, expiry] = [[council.increment()], council.later()]
    const given = council.approvals(council.digestOf(calls, 0n, expiry), [alice, bob])
    const changed = await council.execute({ calls: [council.increment(1n)], expiry, given })
    assert.equal(changed[0], 'NotApproved')
    const prolonged = await council.execute({ calls, expiry: expiry + 1n, given })
    assert.equal(prolonged[0], 'NotApproved')
    assert.equal(await council.execute({ calls, expiry, given }), 'executed')
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    await council.replace([
      [alice, 3n],
      [bob, 2n],
      [carol, 2n],
    ])
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved', 'its twin')
    assert.equal(await council.count(), 1n)
  })

  it('lets proposals expire, at the second after the last', async () => {
    const calls = [council.increment()]
    const expiry = council.later(10n)
    const given = council.approvals(council.digestOf(calls, 0n, expiry), [alice, bob])
    council.scene.network.wait(9)
    const args = [calls, expiry, given]
    assert.equal((await council.scene.send(mallory, council.multisig, 'execute', args)).status, 1)
    const next = council.approvals(council.digestOf(calls, 1n, expiry), [alice, bob])
    const late = [calls, expiry, next]
    assert.equal((await council.scene.send(mallory, council.multisig, 'execute', late)).status, 0)
    assert.deepEqual((await council.scene.ask(council.multisig, 'execute', late)).error, [
      'Expired',
      expiry,
    ])
  })

  it('cancels by a proposal without calls, which uses up the nonce', async () => {
    const [calls, expiry] = [[council.increment()], council.later()]
    const given = council.approvals(council.digestOf(calls, 0n, expiry), [alice, bob])
    assert.equal(await council.execute({ calls: [], signers: [alice, carol] }), 'executed')
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    assert.equal(await council.count(), 0n)
  })

  it('does all of the calls or none, and may try again', async () => {
    const fail = encodeFunctionData({ abi: council.target.abi, functionName: 'fail' })
    const calls = [council.increment(), { to: council.target.address, value: 0n, data: fail }]
    const failed = await council.execute({ calls, signers: [alice, bob] })
    assert.deepEqual([failed[0], failed[1]], ['CallFailed', 1n])
    assert.equal(await council.count(), 0n)
    assert.equal(await council.value('nonce'), 0n)
    const poor = [pay(dave, 1n)]
    const expiry = council.later()
    const given = council.approvals(council.digestOf(poor, 0n, expiry), [alice, bob])
    assert.equal((await council.execute({ calls: poor, expiry, given }))[0], 'CallFailed')
    await council.fund(1n)
    assert.equal(await council.execute({ calls: poor, expiry, given }), 'executed')
  })

  it('does not take a call of nothing for a success', async () => {
    const calls = [{ ...council.increment(), to: addressOf(nobody) }]
    assert.deepEqual(await council.execute({ calls, signers: [alice, bob] }), ['NoCode', 0n])
  })

  it('is not entered again by what it calls', async () => {
    const inner = { calls: [council.increment()], expiry: council.later() }
    const given = council.approvals(council.digestOf(inner.calls, 1n, inner.expiry), [alice, bob])
    const data = encodeFunctionData({
      abi: council.multisig.abi,
      functionName: 'execute',
      args: [inner.calls, inner.expiry, given],
    })
    const callBack = encodeFunctionData({
      abi: council.target.abi,
      functionName: 'callBack',
      args: [data],
    })
    const calls = [{ to: council.target.address, value: 0n, data: callBack }]
    assert.equal(await council.execute({ calls, signers: [alice, bob] }), 'executed')
    const answer = (await council.scene.value(council.target, 'answer')) as Hex
    assert.ok(BigInt(answer.slice(0, 66)) === 0n, 'the call back failed')
    assert.ok(answer.includes('3ee5aeb5'), 'ReentrancyGuardReentrantCall()')
    assert.equal(await council.count(), 0n)
    assert.equal(await council.execute({ ...inner, given }), 'executed', 'in its turn')
  })
})
