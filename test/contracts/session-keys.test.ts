import assert from 'node:assert/strict'

import { type Hex, unhex } from '#base'
import { checkIn } from '#contracts'

import { accounts } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, mallory, probe } from './scene.ts'
import { holder, implementation, none, SmartAccount, zero } from './smart-account.ts'
import { answerOf, day, passing, pars } from './system-scene.ts'

const longest = 366n * day

const notAllowed = (index: bigint, to: Hex, selector: Hex) => ['NotAllowed', index, to, selector]

describe('a session key', function () {
  this.timeout(60_000)
  let smart: SmartAccount
  beforeEach(async () => {
    smart = await SmartAccount.start()
  })
  afterEach(() => smart.close())

  it('makes the calls that its session allows, brought by anyone, of an unknown key', async () => {
    const before = smart.balance
    const receipt = await smart.system.done(alice, smart.account, 'grant', [smart.key()])
    const [event] = smart.system.events(smart.account, receipt)
    assert.deepEqual(event?.slice(0, 3), ['SessionGranted', 0n, addressOf(holder)])
    const calls = [smart.play('move', 100n), smart.play('move')]
    assert.equal(await smart.inSession(calls), undefined)
    assert.equal(await smart.inSession([smart.play('move', 5n)], { nonce: 2n }), undefined)
    assert.equal(await smart.moves(), 3n)
    assert.equal(await smart.system.value(smart.game, 'lastPlayer'), smart.account.address)
    assert.equal(smart.balance, before - 105n)
  })

  it('of an account makes them by its own transactions, without a signature', async () => {
    await smart.grant({ holder: addressOf(bob) })
    const args = [0n, [smart.play('move', 7n)]]
    assert.equal(await smart.attempt(bob, 'executeAsSession', args), undefined)
    const refusal = ['OnlyHolder', addressOf(mallory)]
    assert.deepEqual(await smart.attempt(mallory, 'executeAsSession', args), refusal)
    assert.deepEqual((await smart.attempt(alice, 'executeAsSession', args))?.[0], 'OnlyHolder')
    assert.equal(await smart.inSession([smart.play()], { nonce: 1n, signer: bob }), undefined)
    assert.equal(await smart.moves(), 2n)
  })

  it('is told with all that it may and did', async () => {
    const key = smart.key()
    await smart.grant(key)
    await smart.grant({ holder: addressOf(bob) })
    await smart.inSession([smart.play('move', 9n)])
    const told = {
      ...key,
      notBefore: 0,
      expiry: Number(key.expiry),
      maxCalls: 10,
      allow: key.allow,
    }
    const state = { key: told, calls: 1, spent: 9n, standing: true }
    assert.deepEqual(await smart.value('sessionOf', [0n]), state)
    const page = (first: bigint, most: bigint) =>
      smart.value<readonly { key: { holder: Hex } }[]>('sessions', [first, most])
    const most = 2n ** 256n - 1n
    assert.deepEqual(await page(0n, 1n), [state])
    assert.deepEqual(
      (await page(1n, most)).map(({ key: { holder: whose } }) => whose),
      [addressOf(bob)],
    )
    assert.deepEqual(await page(2n, most), [])
    assert.deepEqual(await page(most, most), [])
    assert.equal(await smart.value('sessionCount'), 2n)
    const missing = await smart.system.scene.ask(smart.account, 'sessionOf', [2n])
    assert.deepEqual(missing.error, ['NoSuchSession', 2n])
  })

  it('is announced in what it does, to its end', async () => {
    await smart.grant({ holder: addressOf(bob) })
    const { system, account } = smart
    const args = [0n, [smart.play('move', 7n), smart.play('move', 8n)]]
    assert.deepEqual(await system.told(bob, account, 'executeAsSession', args), [
      ['SessionUsed', 0n, 0, 2n, 15n],
    ])
    assert.deepEqual(await system.told(bob, account, 'executeAsSession', args), [
      ['SessionUsed', 0n, 2, 2n, 30n],
    ])
    assert.deepEqual(await system.told(alice, account, 'revoke', [0n]), [['SessionRevoked', 0n]])
    assert.deepEqual(await system.told(alice, account, 'revokeAll'), [['AllSessionsRevoked']])
  })

  it('comes with at most forty-nine others to a page', async () => {
    const grant = smart.own('grant', [smart.key({ allow: [smart.allowed('move')] })])
    const many = Array.from({ length: 51 }, () => grant)
    assert.equal(await smart.attempt(alice, 'execute', [many]), undefined)
    const page = (first: bigint) => smart.value<readonly object[]>('sessions', [first, 1000n])
    assert.equal((await page(0n)).length, 50)
    assert.equal((await page(50n)).length, 1)
  })

  it('is granted and revoked by the owner alone, also by what he signed', async () => {
    assert.deepEqual(await smart.grant({}, mallory), ['OnlyOwner', addressOf(mallory)])
    assert.equal(await smart.execute([smart.own('grant', [smart.key()])]), undefined)
    for (const [name, args] of [
      ['revoke', [0n]],
      ['revokeAll', []],
    ] as const) {
      const refusal = await smart.attempt(mallory, name, args)
      assert.deepEqual(refusal, ['OnlyOwner', addressOf(mallory)])
    }
    const revoke = [smart.own('revoke', [0n])]
    assert.equal(await smart.execute(revoke, { nonce: 1n }), undefined)
    assert.deepEqual(await smart.inSession([smart.play()]), ['Revoked', 0n])
    assert.deepEqual(await smart.attempt(alice, 'revoke', [0n]), ['Revoked', 0n])
    assert.deepEqual(await smart.attempt(alice, 'revoke', [1n]), ['NoSuchSession', 1n])
  })

  it('is no key of nobody, of the account itself, without an end or without a function', async () => {
    for (const nobody of [zero, smart.account.address]) {
      assert.deepEqual(await smart.grant({ holder: nobody }), ['InvalidHolder', nobody])
    }
    const now = smart.system.now + 20n
    for (const [notBefore, expiry] of [
      [0n, now - 1n],
      [now + 2n, now + 1n],
      [0n, now + longest + 1n],
      [0n, 2n ** 48n - 1n],
    ] as const) {
      smart.system.goTo(now)
      const refusal = await smart.grant({ notBefore, expiry })
      const told = [Number(notBefore), Number(expiry), now + longest].map(BigInt)
      assert.deepEqual(refusal, ['InvalidTerm', ...told])
    }
    assert.deepEqual(await smart.grant({ allow: [] }), ['InvalidPermissions', 0n, 16n])
    const one = smart.allowed('move')
    const many = Array.from({ length: 17 }, () => one)
    assert.deepEqual(await smart.grant({ allow: many }), ['InvalidPermissions', 17n, 16n])
    assert.equal(await smart.grant({ allow: many.slice(1) }), undefined)
    for (const target of [zero, smart.account.address, checkIn.address]) {
      const refusal = await smart.grant({ allow: [one, { ...one, target }] })
      assert.deepEqual(refusal, ['ForbiddenTarget', target])
    }
  })

  it('holds from its first second to its last', async () => {
    const [first, last] = [smart.system.now + 100n, smart.system.now + 200n]
    await smart.grant({ notBefore: first, expiry: last })
    smart.system.goTo(first - 1n)
    assert.deepEqual(await smart.inSession([smart.play()]), ['NotYet', first])
    smart.system.goTo(first)
    assert.equal(await smart.inSession([smart.play()]), undefined)
    smart.system.goTo(last)
    assert.equal(await smart.inSession([smart.play()], { nonce: 1n }), undefined)
    smart.system.goTo(last + 1n)
    const late = await smart.inSession([smart.play()], { nonce: 2n })
    assert.deepEqual(late, ['SessionExpired', last])
  })

  it('makes so many calls and no more, counted each', async () => {
    await smart.grant({ maxCalls: 3n })
    assert.deepEqual(await smart.inSession([]), ['NoCalls'])
    const four = Array.from({ length: 4 }, () => smart.play())
    assert.deepEqual(await smart.inSession(four), ['TooManyCalls', 4n, 3n])
    assert.equal(await smart.inSession(four.slice(2)), undefined)
    const two = await smart.inSession(four.slice(2), { nonce: 2n })
    assert.deepEqual(two, ['TooManyCalls', 4n, 3n])
    assert.equal(await smart.inSession(four.slice(3), { nonce: 2n }), undefined)
    assert.deepEqual(await smart.inSession(four.slice(3), { nonce: 3n }), ['TooManyCalls', 4n, 3n])
    await smart.grant({ maxCalls: 0n })
    const never = await smart.inSession([smart.play()], { id: 1n })
    assert.deepEqual(never, ['TooManyCalls', 1n, 0n])
  })

  it('spends no more by a call, nor in all, than it may', async () => {
    await smart.grant()
    const pay = (...values: readonly bigint[]) => values.map((value) => smart.play('move', value))
    assert.deepEqual(await smart.inSession(pay(1n, 101n)), ['OverCallLimit', 1n, 101n, 100n])
    const most = 2n ** 256n - 1n
    assert.deepEqual(await smart.inSession(pay(most)), ['OverCallLimit', 0n, most, 100n])
    assert.deepEqual(await smart.inSession(pay(100n, 100n, 100n, 1n)), ['OverBudget', 301n, 300n])
    assert.equal(await smart.inSession(pay(100n, 100n)), undefined)
    const over = await smart.inSession(pay(100n, 1n), { nonce: 2n })
    assert.deepEqual(over, ['OverBudget', 301n, 300n])
    assert.equal(await smart.inSession(pay(100n), { nonce: 2n }), undefined)
    assert.deepEqual(await smart.inSession(pay(1n), { nonce: 3n }), ['OverBudget', 301n, 300n])
    assert.equal(await smart.inSession(pay(0n), { nonce: 3n }), undefined)
  })

  it('holds the largest budgets that there are without overflow', async () => {
    const most = 2n ** 128n - 1n
    await smart.grant({ perCall: most, budget: most })
    const twice = [smart.play('move', most), smart.play('move', most)]
    assert.deepEqual(await smart.inSession(twice), ['OverBudget', 2n * most, most])
    const poor = await smart.inSession(twice.slice(1))
    assert.deepEqual(poor?.slice(0, 2), ['CallFailed', 0n])
  })

  it('calls no other function, no other contract and nothing that is no function', async () => {
    await smart.grant({ allow: [smart.allowed('move')] })
    const resign = smart.play('resign')
    const { address } = smart.game
    assert.deepEqual(
      await smart.inSession([smart.play(), resign]),
      notAllowed(1n, address, resign.data),
    )
    const elsewhere = { ...smart.play(), to: addressOf(mallory) }
    const { data: move } = elsewhere
    assert.deepEqual(await smart.inSession([elsewhere]), notAllowed(0n, elsewhere.to, move))
    const payment = { to: address, value: 1n, data: '0x' } as const
    assert.deepEqual(await smart.inSession([payment]), notAllowed(0n, address, '0x00000000'))
    await smart.grant({ allow: [smart.allowed()] })
    assert.equal(await smart.inSession([payment], { id: 1n }), undefined)
    for (const data of ['0x00', '0x000000', '0x00000000', '0x0000000001'] as const) {
      const refusal = await smart.inSession([{ ...payment, data }], { id: 1n, nonce: 1n })
      assert.deepEqual(refusal, notAllowed(0n, address, '0x00000000'))
    }
    await smart.grant({ allow: [{ target: address, selector: '0x12490000' }] })
    const short = await smart.inSession([{ ...payment, data: '0x1249' }], { id: 2n })
    assert.deepEqual(short, notAllowed(0n, address, '0x12490000'))
  })

  it('has no right over the account, however it is asked for', async () => {
    const { address } = smart.account
    await smart.grant({ allow: [smart.allowed('move'), smart.allowed('callBack', ['0x'])] })
    const own = smart.own('grant', [smart.key({ holder: addressOf(mallory) })])
    assert.deepEqual(await smart.inSession([own]), ['ForbiddenTarget', address])
    const paid = { to: address, value: 1n, data: '0x' } as const
    assert.deepEqual(await smart.inSession([paid]), ['ForbiddenTarget', address])
    const alive = { ...passing(checkIn, 'checkIn'), value: 0n }
    assert.deepEqual(await smart.inSession([alive]), ['ForbiddenTarget', checkIn.address])
    const back = smart.play('callBack', 0n, [own.data])
    assert.equal(await smart.inSession([back]), undefined)
    const refusal = ['OnlyOwner', smart.game.address]
    assert.deepEqual(await answerOf(smart.system, smart.game, implementation.abi), refusal)
  })

  it('signs each request once, in order, for one session and as it stands', async () => {
    await smart.grant()
    await smart.grant()
    const [calls, deadline] = [[smart.play('move', 1n)], smart.later()]
    const message = { session: 0n, calls, nonce: 0n, deadline }
    const signature = smart.sign(holder, 'SessionCalls', message)
    const refusal = ['InvalidSignature', addressOf(holder)]
    const forged = await smart.inSession(calls, { signer: mallory })
    assert.deepEqual(forged, refusal)
    const bring = (changes: object, given = calls) =>
      smart.inSession(given, { signature, deadline, ...changes })
    assert.deepEqual(await bring({ id: 1n }), refusal)
    assert.deepEqual(await bring({ deadline: deadline + 1n }), refusal)
    assert.deepEqual(await bring({}, [smart.play('move', 2n)]), refusal)
    assert.deepEqual(await bring({}, [...calls, ...calls]), refusal)
    assert.deepEqual(await bring({ nonce: 1n }), ['WrongNonce', 1n, 0n])
    assert.deepEqual(await bring({ id: 2n }), ['NoSuchSession', 2n])
    assert.equal(await bring({}), undefined)
    assert.deepEqual(await bring({}), ['WrongNonce', 0n, 1n])
    assert.deepEqual(await bring({ nonce: 1n }), refusal)
    const past = smart.system.now
    const late = await smart.inSession(calls, { nonce: 1n, deadline: past })
    assert.deepEqual(late, ['Expired', past])
  })

  it('signs nothing for another network, account or purpose', async () => {
    await smart.grant()
    const twin = await smart.create(addressOf(alice), `0x${'01'.repeat(32)}`)
    const [calls, refusal] = [[smart.play()], ['InvalidSignature', addressOf(holder)]]
    for (const domain of [{ salt: none }, { chainId: 1n }, { verifyingContract: twin.address }]) {
      assert.deepEqual(await smart.inSession(calls, { domain }), refusal)
    }
    const deadline = smart.later()
    const signature = smart.sign(holder, 'Execute', { calls, nonce: 0n, deadline })
    assert.deepEqual(await smart.inSession(calls, { signature, deadline }), refusal)
    const hash = smart.digest('SessionCalls', { session: 0n, calls, nonce: 0n, deadline })
    const vouched = await smart.value('isValidSignature', [
      hash,
      smart.sign(holder, 'Message', { hash }),
    ])
    assert.equal(vouched, '0xffffffff', 'a session is no signature of the account')
  })

  it('is not replayed in a session that was granted again', async () => {
    await smart.grant()
    const [calls, deadline] = [[smart.play()], smart.later()]
    const message = { session: 0n, calls, nonce: 0n, deadline }
    const signature = smart.sign(holder, 'SessionCalls', message)
    await smart.attempt(alice, 'revoke', [0n])
    await smart.grant()
    const refusal = ['InvalidSignature', addressOf(holder)]
    assert.deepEqual(await smart.inSession(calls, { id: 1n, signature, deadline }), refusal)
  })

  it('is void for the rest of the block in which it is revoked', async () => {
    await smart.grant({ holder: addressOf(bob) })
    const { network } = smart.system.scene
    const to = unhex(smart.account.address)
    const play = passing(smart.account, 'executeAsSession', [0n, [smart.play()]])
    const revoke = passing(smart.account, 'revoke', [0n])
    const fields = { to, gasLimit: 2_000_000n }
    const wires = [
      network.wire(bob, { ...fields, data: unhex(play.data) }),
      network.wire(alice, { ...fields, data: unhex(revoke.data) }),
      network.wire(bob, {
        ...fields,
        data: unhex(play.data),
        nonce: network.nonce(bob.address) + 1n,
      }),
    ]
    await network.commit(wires)
    const receipts = wires.map((wire) => network.receipt(wire))
    assert.deepEqual(
      receipts.map((receipt) => receipt?.status),
      [1, 1, 0],
    )
    assert.equal(await smart.moves(), 1n)
  })

  it('is void with all others when the owner says so, or is another', async () => {
    await smart.grant()
    await smart.grant()
    assert.equal(await smart.attempt(alice, 'revokeAll'), undefined)
    for (const id of [0n, 1n]) {
      assert.deepEqual(await smart.inSession([smart.play()], { id }), ['Revoked', id])
    }
    await smart.grant()
    assert.equal(await smart.inSession([smart.play()], { id: 2n }), undefined)
    const newOwner = addressOf(bob)
    const acceptance = smart.sign(bob, 'Accept', { newOwner })
    assert.equal(await smart.attempt(alice, 'changeOwner', [newOwner, acceptance]), undefined)
    const gone = await smart.inSession([smart.play()], { id: 2n, nonce: 1n })
    assert.deepEqual(gone, ['Revoked', 2n])
    const { standing } = await smart.value<{ standing: boolean }>('sessionOf', [2n])
    assert.equal(standing, false)
  })

  it("rests while the account's switch has triggered", async () => {
    await smart.grant({ expiry: smart.later(9n * day) })
    const arm = { ...passing(checkIn, 'arm', [day, none]), value: 0n }
    assert.equal(await smart.attempt(alice, 'execute', [[arm]]), undefined)
    smart.system.goTo(smart.system.now + 2n * day)
    const deadline = smart.later(9n * day)
    const early = await smart.inSession([smart.play()], { deadline })
    assert.equal(early, undefined, 'nobody has said so yet')
    await smart.system.done(mallory, checkIn, 'trigger', [smart.account.address])
    assert.deepEqual(await smart.inSession([smart.play()], { nonce: 1n }), ['Frozen'])
    const disarm = { ...passing(checkIn, 'disarm'), value: 0n }
    assert.equal(await smart.attempt(alice, 'execute', [[disarm]]), undefined, 'the owner is free')
    assert.equal(await smart.inSession([smart.play()], { nonce: 1n }), undefined)
  })

  it('does not enter the account again while it calls', async () => {
    const given = { holder: addressOf(bob), allow: [smart.allowed('callBack', ['0x'])] }
    await smart.grant(given)
    await smart.grant({ holder: smart.game.address, allow: [smart.allowed('move')] })
    const again = smart.own('executeAsSession', [1n, [smart.play('move', 50n)]])
    const args = [0n, [smart.play('callBack', 10n, [again.data])]]
    assert.equal(await smart.attempt(bob, 'executeAsSession', args), undefined)
    const refusal = ['ReentrancyGuardReentrantCall']
    assert.deepEqual(await answerOf(smart.system, smart.game, implementation.abi), refusal)
    assert.equal(smart.balance, pars - 10n)
  })

  it('may be held by a contract that vouches, and by a key that changes', async () => {
    const contract = await smart.system.deploy(probe('SystemProbe.sol', 'Voucher'))
    await smart.grant({ holder: contract.address })
    const [calls, deadline] = [[smart.play()], smart.later()]
    const digest = smart.digest('SessionCalls', { session: 0n, calls, nonce: 0n, deadline })
    const request = { signature: '0x', deadline } as const
    const refusal = ['InvalidSignature', contract.address]
    assert.deepEqual(await smart.inSession(calls, request), refusal)
    await smart.system.done(mallory, contract, 'vouch', [digest])
    assert.equal(await smart.inSession(calls, request), undefined)
    const carrier = accounts[8]!
    await smart.grant({ holder: addressOf(carrier) })
    await smart.system.scene.register(carrier)
    const rotated = await smart.system.scene.rotate(carrier, 'of the carrier, later')
    const old = await smart.inSession(calls, { id: 1n, signer: carrier })
    assert.deepEqual(old, ['InvalidSignature', addressOf(carrier)])
    const message = { session: 1n, calls, nonce: 0n, deadline }
    const signature = smart.system.scene.sign(rotated, smart.digest('SessionCalls', message))
    assert.equal(await smart.inSession(calls, { id: 1n, signature, deadline }), undefined)
  })
})
