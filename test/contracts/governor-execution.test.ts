import assert from 'node:assert/strict'

import { decodeAbiParameters, decodeErrorResult, zeroAddress, zeroHash } from 'viem'

import { type Hex, unhex } from '#base'

import { action, batch, key, Parliament, pars, pay } from './parliament.ts'
import { addressOf, alice, bob, dave, type Deployed, mallory, newcomer, probe } from './scene.ts'

describe('the execution of a PIP', function () {
  this.timeout(60_000)
  let parliament: Parliament
  let ledger: Deployed
  beforeEach(async () => {
    parliament = await Parliament.start()
    ledger = await parliament.scene.deploy(probe('GovernorProbe.sol', 'Ledger'))
  })
  afterEach(() => parliament.close())

  const count = (): Promise<unknown> => parliament.value(ledger, 'count')

  const add = (amount: bigint, value = 0n) => action(ledger, 'add', [amount], value)

  /** How the call ended that the ledger made back. */
  async function answer(): Promise<readonly [boolean, Hex]> {
    const bytes = (await parliament.value(ledger, 'answer')) as Hex
    return decodeAbiParameters([{ type: 'bool' }, { type: 'bytes' }], bytes)
  }

  const errorName = (data: Hex): string =>
    decodeErrorResult({ abi: [...parliament.governor.abi, ...parliament.timelock.abi], data })
      .errorName

  it('does everything, at anyone’s call, once the delay is over', async () => {
    const proposal = await parliament.propose(42, { actions: [add(40n), add(2n)] })
    await parliament.carry(proposal)
    const queued = await parliament.queue(proposal)
    assert.equal(await parliament.state(proposal), 'Queued')
    const eta = parliament.now + 60n
    const [event] = parliament.events(parliament.governor, queued)
    assert.deepEqual(event, ['ProposalQueued', proposal.id, eta])
    parliament.goTo(eta)
    const receipt = await parliament.execute(proposal)
    assert.equal(await count(), 42n)
    assert.equal(await parliament.state(proposal), 'Executed')
    assert.deepEqual(parliament.events(parliament.registry, receipt), [['Executed', 42n]])
    assert.equal(await parliament.status(42), 'Implemented')
  })

  it('is refused before the delay is over, to the second', async () => {
    const proposal = await parliament.decide(42, { actions: [add(1n)] })
    const eta = await parliament.eta(proposal)
    parliament.goTo(eta - 1n)
    assert.equal((await parliament.stuck(proposal))[0], 'TimelockUnexpectedOperationState')
    assert.equal(parliament.now, eta - 1n)
    parliament.goTo(eta)
    await parliament.execute(proposal)
    assert.equal(parliament.now, eta)
  })

  it('is refused before it is queued, and queueing before it is carried', async () => {
    const { governor } = parliament
    const proposal = await parliament.propose(42, { actions: [add(1n)] })
    const args = await parliament.proposalOf(42)
    const [early, id, state] = await parliament.refused(mallory, governor, 'queue', args)
    assert.deepEqual([early, id, state], ['GovernorUnexpectedProposalState', proposal.id, 1])
    await parliament.carry(proposal)
    assert.deepEqual((await parliament.stuck(proposal)).slice(0, 3), [
      'GovernorUnexpectedProposalState',
      proposal.id,
      4,
    ])
    await parliament.queue(proposal)
    const [again, , queued] = await parliament.refused(mallory, governor, 'queue', args)
    assert.deepEqual([again, queued], ['GovernorUnexpectedProposalState', 5])
  })

  it('happens once', async () => {
    const proposal = await parliament.decide(42, { actions: [add(1n)] })
    await parliament.execute(proposal)
    assert.deepEqual((await parliament.stuck(proposal)).slice(0, 3), [
      'GovernorUnexpectedProposalState',
      proposal.id,
      7,
    ])
    const operation = await parliament.operationOf(proposal)
    const error = await parliament.refused(mallory, parliament.timelock, 'executeBatch', operation)
    assert.equal(error[0], 'TimelockUnexpectedOperationState')
    assert.equal(await count(), 1n)
  })

  it('is of what was voted for and of nothing else', async () => {
    await parliament.decide(42, { actions: [add(1n)] })
    const [targets, values, calldatas, description] = await parliament.proposalOf(42)
    const [, ...rest] = targets as Hex[]
    const changed: readonly (readonly unknown[])[] = [
      [[addressOf(mallory), ...rest], values, calldatas, description],
      [targets, [1n, 0n], calldatas, description],
      [targets, values, [add(2n).data, (calldatas as Hex[])[1]], description],
      [targets, values, calldatas, zeroHash],
      [[ledger.address], [0n], [add(1n).data], description],
    ]
    for (const args of changed) {
      for (const name of ['queue', 'execute']) {
        const error = await parliament.refused(mallory, parliament.governor, name, args)
        assert.equal(error[0], 'GovernorNonexistentProposal')
      }
    }
  })

  it('goes through the door of the timelock too, and is then over', async () => {
    const proposal = await parliament.decide(42, { actions: [add(1n)] })
    const operation = await parliament.operationOf(proposal)
    await parliament.done(mallory, parliament.timelock, 'executeBatch', operation)
    assert.deepEqual(
      [await parliament.state(proposal), await parliament.status(42), await count()],
      ['Executed', 'Implemented', 1n],
    )
    assert.equal((await parliament.stuck(proposal))[0], 'GovernorUnexpectedProposalState')
  })

  it('is undone whole when one action fails, and may be tried again', async () => {
    const actions = [add(1n), action(ledger, 'relay', [ledger.address, add(1n).data])]
    const failing = [...actions, pay(ledger.address, 5n)]
    const proposal = await parliament.decide(42, { actions: failing })
    assert.equal((await parliament.stuck(proposal)).length, 1)
    assert.deepEqual([await count(), await parliament.state(proposal)], [0n, 'Queued'])
    assert.equal(await parliament.status(42), 'Approved')
    // It lacked the coins that it sends.
    const { address } = parliament.timelock
    await parliament.scene.network.run(bob, { to: unhex(address), value: 5n })
    await parliament.execute(proposal)
    assert.equal(await count(), 3n)
  })

  it('tells why an action failed in the action’s own words', async () => {
    const proposal = await parliament.decide(42, { actions: [action(ledger, 'fail', [7n])] })
    const args = await parliament.proposalOf(42)
    const governor = { ...parliament.governor, abi: [...parliament.governor.abi, ...ledger.abi] }
    assert.deepEqual(await parliament.refused(dave, governor, 'execute', args), ['ToldTo', 7n])
    assert.equal(await parliament.state(proposal), 'Queued')
  })

  it('sends coins that the caller brings or the timelock holds', async () => {
    const to = newcomer('payee', 0x65)
    const actions = [pay(addressOf(to), 3n), add(1n, 4n)]
    await parliament.decide(42, { actions })
    const args = await parliament.proposalOf(42)
    await parliament.done(dave, parliament.governor, 'execute', args, 10n)
    const { network } = parliament.scene
    const balances = [to.address, unhex(ledger.address), unhex(parliament.timelock.address)]
    assert.deepEqual(
      balances.map((address) => network.balance(address)),
      [3n, 4n, 3n],
    )
  })

  it('refuses a call of something that is not there', async () => {
    const gone = addressOf(newcomer('nobody', 0x44))
    const actions = [{ ...add(1n), target: gone }]
    const proposal = await parliament.decide(42, { actions })
    assert.deepEqual(await parliament.stuck(proposal), ['NoCode', gone])
  })

  it('runs nothing inside itself: not itself, and no other PIP', async () => {
    const other = await parliament.decide(42, { actions: [add(100n)] })
    const { governor, timelock } = parliament
    const entered = 'ReentrancyGuardReentrantCall'
    const expected = [entered, entered, 'GovernorUnexpectedProposalState', entered]
    for (const [index, error] of expected.entries()) {
      const own = await parliament.decide(43 + index, { actions: [action(ledger, 'reenter')] })
      const inner = index < 2 ? other : own
      const again =
        index % 2 === 0
          ? action(governor, 'execute', await parliament.proposalOf(inner.number))
          : action(timelock, 'executeBatch', await parliament.operationOf(inner))
      await parliament.done(mallory, ledger, 'prepare', [again.target, again.data])
      await parliament.execute(own)
      const [succeeded, output] = await answer()
      assert.deepEqual([succeeded, errorName(output)], [false, error])
    }
    await parliament.execute(other)
    assert.equal(await count(), 104n)
  })

  it('runs nothing inside itself by the door of the timelock either', async () => {
    const { governor, timelock } = parliament
    const own = await parliament.decide(42, { actions: [action(ledger, 'reenter')] })
    const data = action(governor, 'execute', await parliament.proposalOf(42)).data
    await parliament.done(mallory, ledger, 'prepare', [governor.address, data])
    await parliament.done(mallory, timelock, 'executeBatch', await parliament.operationOf(own))
    const [succeeded, output] = await answer()
    assert.deepEqual([succeeded, errorName(output)], [false, 'ReentrancyGuardReentrantCall'])
    assert.deepEqual([await count(), await parliament.state(own)], [1n, 'Executed'])
  })

  it('changes parameters in order, within the bounds that zeroHash moves', async () => {
    const { parameters } = parliament
    const set = (value: bigint) => action(parameters, 'set', [key('vote.delay'), value])
    await parliament.execute(await parliament.decide(42, { actions: [set(11n), set(33n)] }))
    assert.equal(await parliament.value(parliament.governor, 'votingDelay'), 33n)
    const beyond = await parliament.decide(43, { actions: [set(2n ** 255n)] })
    assert.equal((await parliament.stuck(beyond))[0], 'OutOfBounds')
  })

  it('spends from the treasury', async () => {
    const to = newcomer('payee', 0x65)
    const { network } = parliament.scene
    const { address } = parliament.treasury
    await network.run(bob, { to: unhex(address), value: 2n * pars })
    const spend = action(parliament.treasury, 'spend', [addressOf(to), pars])
    await parliament.execute(await parliament.decide(42, { actions: [spend], tier: 0 }))
    assert.equal(network.balance(to.address), pars)
  })

  it('knows sixteen actions, the last of which is the registry’s', async () => {
    const actions = Array.from({ length: 15 }, () => add(1n))
    const proposal = await parliament.decide(42, { actions })
    const [targets] = (await parliament.proposalOf(42)) as [Hex[]]
    assert.equal(targets.length, 16)
    await parliament.execute(proposal)
    assert.equal(await count(), 15n)
    const text = await parliament.store('# Too much')
    const call = [43, text, batch([...actions, add(1n)])]
    assert.deepEqual(await parliament.refused(alice, parliament.registry, 'submit', call), [
      'TooManyActions',
      16n,
      15n,
    ])
  })
})

describe('the contracts that decide and execute', function () {
  this.timeout(60_000)
  let parliament: Parliament
  before(async () => {
    parliament = await Parliament.start()
  })
  after(() => parliament.close())

  it('fit into an account', () => {
    const { genesis } = parliament.scene.network.profile
    const { registry, governor, timelock, tiers } = parliament
    for (const { address } of [registry, governor, timelock, tiers]) {
      const found = genesis.accounts.find((one) => addressOf(one as never) === address)
      assert.ok(found && found.code.length > 1000 && found.code.length <= 24_576)
    }
  })

  it('take proposals from the registry alone', async () => {
    const args = [[mallory, mallory].map(addressOf), [0n, 0n], ['0x', '0x'], 'mine']
    assert.deepEqual(await parliament.refused(alice, parliament.governor, 'propose', args), [
      'OnlyRegistry',
      addressOf(alice),
    ])
  })

  it('take no coins and no tokens, except the timelock, which may send them on', async () => {
    const { network } = parliament.scene
    for (const { address } of [parliament.governor, parliament.registry, parliament.tiers]) {
      const receipt = await network.run(bob, { to: unhex(address), value: 1n })
      assert.equal(receipt?.status, 0)
    }
    const own = addressOf(bob)
    const { governor } = parliament
    const refused = (name: string, args: readonly unknown[]) =>
      parliament.refused(bob, governor, name, args)
    const disabled = ['GovernorDisabledDeposit']
    assert.deepEqual(await refused('onERC721Received', [own, own, 1n, '0x']), disabled)
    assert.deepEqual(await refused('onERC1155Received', [own, own, 1n, 1n, '0x']), disabled)
    const many = [own, own, [1n], [1n], '0x']
    assert.deepEqual(await refused('onERC1155BatchReceived', many), disabled)
    assert.deepEqual(await refused('relay', [own, 0n, '0x']), ['NoRelay'])
  })

  it('do not mind coins that are forced on them', async () => {
    const { network } = parliament.scene
    for (const { address } of [parliament.governor, parliament.registry, parliament.timelock]) {
      // PUSH20 address, SELFDESTRUCT
      const data = unhex(`0x73${address.slice(2)}ff`)
      const receipt = await network.run(bob, { to: new Uint8Array(0), data, value: 5n })
      assert.equal(receipt?.status, 1)
      assert.equal(network.balance(unhex(address)), 5n)
    }
    const proposal = await parliament.decide(42)
    await parliament.execute(proposal)
    assert.equal(await parliament.state(proposal), 'Executed')
  })

  it('are administered by nobody', async () => {
    const { timelock, governor } = parliament
    const role = async (name: string) => (await parliament.value(timelock, name)) as Hex
    const [proposer, canceller, executor] = await Promise.all(
      ['PROPOSER_ROLE', 'CANCELLER_ROLE', 'EXECUTOR_ROLE'].map((name) => role(name)),
    )
    const zero = zeroAddress
    const holders: readonly (readonly [Hex | undefined, Hex])[] = [
      [proposer, governor.address],
      [canceller, governor.address],
      [executor, zero],
    ]
    for (const candidate of [governor.address, timelock.address, zero, addressOf(alice)]) {
      for (const given of [proposer, canceller, executor, zeroHash]) {
        const expected = holders.some(([one, holder]) => one === given && holder === candidate)
        assert.equal(await parliament.value(timelock, 'hasRole', [given, candidate]), expected)
      }
    }
    const refused = (name: string, args: readonly unknown[]) =>
      parliament.refused(alice, timelock, name, args)
    const denied = ['AccessControlUnauthorizedAccount', addressOf(alice)]
    assert.deepEqual(await refused('grantRole', [proposer, addressOf(alice)]), [
      ...denied,
      zeroHash,
    ])
    assert.deepEqual(await refused('revokeRole', [proposer, governor.address]), [
      ...denied,
      zeroHash,
    ])
    assert.deepEqual(await refused('cancel', [zeroHash]), [...denied, canceller])
    const call = [[addressOf(bob)], [0n], ['0x'], zeroHash, zeroHash, 1000n]
    assert.deepEqual(await refused('scheduleBatch', call), [...denied, proposer])
    const one = [addressOf(bob), 0n, '0x', zeroHash, zeroHash, 1000n]
    assert.deepEqual(await refused('schedule', one), [...denied, proposer])
    assert.deepEqual(await refused('updateDelay', [0n]), ['DelayIsOfTheTier'])
    const unplanned = [addressOf(bob), 0n, '0x', zeroHash, zeroHash]
    assert.equal((await refused('execute', unplanned))[0], 'TimelockUnexpectedOperationState')
  })

  it('keep the least delay of all tiers, by bounds and not by values', async () => {
    assert.equal(await parliament.value(parliament.timelock, 'getMinDelay'), 1n)
  })

  it('say that nothing runs while zeroHash does', async () => {
    assert.equal(await parliament.value(parliament.timelock, 'executing'), zeroHash)
    assert.equal(await parliament.value(parliament.governor, 'executing'), 0n)
    assert.equal(await parliament.value(parliament.registry, 'running'), 0n)
  })

  it('are no account’s to change: relayed administration fails in a proposal too', async () => {
    const { timelock, governor } = parliament
    const attempts = [
      action(timelock, 'grantRole', [zeroHash, addressOf(alice)]),
      action(timelock, 'updateDelay', [0n]),
      action(governor, 'relay', [addressOf(alice), 1n, '0x']),
    ]
    const errors = ['AccessControlUnauthorizedAccount', 'DelayIsOfTheTier', 'NoRelay']
    for (const [index, attempt] of attempts.entries()) {
      const proposal = await parliament.decide(50 + index, { actions: [attempt] })
      assert.equal((await parliament.stuck(proposal))[0], errors[index])
    }
  })
})
