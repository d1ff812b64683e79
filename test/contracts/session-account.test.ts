import assert from 'node:assert/strict'

import type { Hex } from '#base'

import { addressOf, alice, bob, carol, type Deployed, mallory, probe } from './scene.ts'
import { factory, implementation, none, SmartAccount, zero } from './smart-account.ts'
import { answerOf, decoded, pars, passing, System } from './system-scene.ts'

describe('the factory of smart accounts', function () {
  this.timeout(60_000)
  const salt: Hex = `0x${'5a'.repeat(32)}`
  let system: System
  beforeEach(async () => {
    system = await System.start()
  })
  afterEach(() => system.close())

  const make = (owner: Hex, by = mallory) => system.done(by, factory, 'create', [owner, salt])
  const place = (owner: Hex) => system.value<Hex>(factory, 'addressOf', [owner, salt])

  it('makes an account where it said, for the owner, whoever asks', async () => {
    const address = await place(addressOf(alice))
    await system.pay(address, 5n)
    const receipt = await make(addressOf(alice))
    const told = ['AccountCreated', address, addressOf(alice), salt]
    assert.deepEqual(system.events(factory, receipt), [told])
    const account: Deployed = { abi: implementation.abi, address }
    assert.equal(await system.value(account, 'owner'), addressOf(alice))
    assert.equal(system.balance(address), 5n)
  })

  it('has a place for every owner and salt, and makes nothing twice', async () => {
    assert.notEqual(await place(addressOf(alice)), await place(addressOf(bob)))
    const plain = await system.value(factory, 'addressOf', [addressOf(alice), none])
    assert.notEqual(plain, await place(addressOf(alice)))
    await make(addressOf(alice))
    const again = await make(addressOf(alice))
    assert.deepEqual(again.logs, [])
    const { result } = await system.scene.ask(factory, 'create', [addressOf(alice), salt])
    assert.equal((result as Hex).toLowerCase(), await place(addressOf(alice)))
  })

  it("makes nobody's account", async () => {
    const refusal = await system.attempt(mallory, factory, 'create', [zero, salt])
    assert.deepEqual(refusal, ['InvalidOwner', zero])
  })

  it('alone names the first owner: neither of the account nor of what all of them run', async () => {
    await make(addressOf(alice))
    const account: Deployed = { abi: implementation.abi, address: await place(addressOf(alice)) }
    for (const one of [account, implementation]) {
      const refusal = await system.attempt(mallory, one, 'initialize', [addressOf(mallory)])
      assert.deepEqual(refusal, ['OnlyFactory', addressOf(mallory)])
    }
    assert.equal(await system.value(implementation, 'owner'), zero)
    const forbidden = await system.attempt(mallory, implementation, 'execute', [[]])
    assert.deepEqual(forbidden, ['OnlyOwner', addressOf(mallory)])
    const vouched = await system.value(implementation, 'isValidSignature', [salt, '0x'])
    assert.equal(vouched, '0xffffffff')
    const unsigned = await system.attempt(mallory, implementation, 'executeBySignature', [
      [],
      0n,
      system.now + 100n,
      '0x',
    ])
    assert.deepEqual(unsigned, ['InvalidSignature', zero])
  })
})

describe('a smart account', function () {
  this.timeout(60_000)
  let smart: SmartAccount
  beforeEach(async () => {
    smart = await SmartAccount.start()
  })
  afterEach(() => smart.close())

  it('does what its owner sends, in one batch, and nobody else', async () => {
    const calls = [
      smart.play('move', 3n),
      { to: addressOf(carol), value: 4n, data: '0x' },
      smart.play('move'),
    ]
    const before = smart.system.balance(addressOf(carol))
    assert.deepEqual(await smart.attempt(mallory, 'execute', [calls]), [
      'OnlyOwner',
      addressOf(mallory),
    ])
    const args = [alice, smart.account, 'execute', [calls], 7n] as const
    assert.equal(await smart.system.attempt(...args), undefined)
    assert.equal(await smart.moves(), 2n)
    assert.equal(await smart.system.value(smart.game, 'lastPlayer'), smart.account.address)
    assert.equal(smart.system.balance(addressOf(carol)), before + 4n)
    assert.equal(smart.balance, pars)
    assert.deepEqual(await smart.attempt(alice, 'execute', [[]]), ['NoCalls'])
  })

  it('does all of a batch or none', async () => {
    const failed = await smart.attempt(alice, 'execute', [[smart.play(), smart.play('fail')]])
    assert.deepEqual(failed?.slice(0, 2), ['CallFailed', 1n])
    const inner = failed?.[2] as Hex
    assert.deepEqual(decoded([], inner), ['Error', 'told to'])
    const nowhere = { to: addressOf(carol), value: 0n, data: '0x12345678' }
    assert.deepEqual(await smart.attempt(alice, 'execute', [[smart.play(), nowhere]]), [
      'NoCode',
      1n,
    ])
    const poor = [smart.play('move', pars + 1n)]
    assert.deepEqual((await smart.attempt(alice, 'execute', [poor]))?.slice(0, 2), [
      'CallFailed',
      0n,
    ])
    assert.equal(await smart.moves(), 0n)
  })

  it('does what its owner signed, whoever brings it, once and in time', async () => {
    const calls = [smart.play('move', 3n), smart.play()]
    const refusal = ['InvalidSignature', addressOf(alice)]
    assert.deepEqual(await smart.execute(calls, { signer: mallory }), refusal)
    const signature = smart.sign(alice, 'Execute', {
      calls,
      nonce: 0n,
      deadline: smart.system.now + 100n,
    })
    const deadline = smart.system.now + 100n
    assert.deepEqual(await smart.execute([calls[0]!], { signature, deadline }), refusal)
    assert.deepEqual(await smart.execute(calls, { signature, deadline: deadline + 1n }), refusal)
    assert.equal(await smart.execute(calls, { signature, deadline }), undefined)
    assert.deepEqual(await smart.execute(calls, { signature, deadline }), ['WrongNonce', 0n, 1n])
    const past = smart.system.now
    assert.deepEqual(await smart.execute(calls, { nonce: 1n, deadline: past }), ['Expired', past])
    assert.equal(await smart.moves(), 2n)
  })

  it('takes requests of one lane in order, and lanes in any', async () => {
    const lane = 5n << 64n
    assert.equal(await smart.value('getNonce', [5n]), lane)
    assert.equal(await smart.execute([smart.play()], { nonce: lane }), undefined)
    assert.deepEqual(await smart.execute([smart.play()], { nonce: 1n }), ['WrongNonce', 1n, 0n])
    assert.equal(await smart.execute([smart.play()]), undefined)
    assert.equal(await smart.execute([smart.play()], { nonce: lane | 1n }), undefined)
    assert.equal(await smart.value('getNonce', [5n]), lane | 2n)
    assert.equal(await smart.moves(), 3n)
  })

  it('announces its owners and what they signed', async () => {
    const deadline = smart.later()
    const calls = [smart.play(), smart.play()]
    const signature = smart.sign(alice, 'Execute', { calls, nonce: 0n, deadline })
    const args = [calls, 0n, deadline, signature]
    const { system, account } = smart
    const receipt = await system.done(mallory, account, 'executeBySignature', args)
    assert.deepEqual(system.events(account, receipt), [['Executed', 0n, 2n]])
    const newOwner = addressOf(bob)
    const acceptance = smart.sign(bob, 'Accept', { newOwner })
    const changed = await system.done(alice, account, 'changeOwner', [newOwner, acceptance])
    const told = ['OwnerChanged', addressOf(alice), newOwner]
    assert.deepEqual(system.events(account, changed), [told])
  })

  it('uses a nonce up by a request without calls', async () => {
    assert.equal(await smart.execute([]), undefined)
    assert.deepEqual(await smart.execute([smart.play()]), ['WrongNonce', 0n, 1n])
  })

  it('does nothing that was signed for another account, network or purpose', async () => {
    const calls = [smart.play()]
    const refusal = ['InvalidSignature', addressOf(alice)]
    const twin = await smart.create(addressOf(alice), `0x${'01'.repeat(32)}`)
    for (const domain of [
      { verifyingContract: twin.address },
      { salt: none },
      { chainId: 1n },
      { name: 'WeightedMultisig' },
    ]) {
      assert.deepEqual(await smart.execute(calls, { domain }), refusal)
    }
    const deadline = smart.later()
    const message = { session: 0n, calls, nonce: 0n, deadline }
    const signature = smart.sign(alice, 'SessionCalls', message)
    assert.deepEqual(await smart.execute(calls, { signature, deadline }), refusal)
  })

  it('vouches for what its owner signed for it, and for no other of his accounts', async () => {
    const twin = await smart.create(addressOf(alice), `0x${'01'.repeat(32)}`)
    const hash: Hex = `0x${'77'.repeat(32)}`
    const { scene } = smart.system
    const signature = smart.sign(alice, 'Message', { hash })
    const vouched = (signed: Hex, account = smart.account) =>
      smart.system.value<Hex>(account, 'isValidSignature', [hash, signed])
    assert.equal(await vouched(signature), '0x1626ba7e')
    assert.equal(await vouched(signature, twin), '0xffffffff')
    assert.equal(await vouched(scene.signWithKey(alice, hash)), '0xffffffff', 'the bare hash')
    assert.equal(await vouched(smart.sign(mallory, 'Message', { hash })), '0xffffffff')
    assert.equal(await vouched('0x'), '0xffffffff')
    await scene.register(alice)
    const rotated = await scene.rotate(alice, 'of alice, later')
    assert.equal(await vouched(signature), '0xffffffff', 'by the old key')
    assert.equal(await vouched(smart.sign(rotated, 'Message', { hash })), '0x1626ba7e')
  })

  it('may be owned by a smart account, which vouches in its own name', async () => {
    const inner = await smart.create(smart.account.address)
    const hash: Hex = `0x${'77'.repeat(32)}`
    const outer = smart.account
    smart.account = inner
    const digest = smart.digest('Message', { hash })
    smart.account = outer
    const signature = smart.sign(alice, 'Message', { hash: digest })
    const vouched = await smart.system.value(inner, 'isValidSignature', [hash, signature])
    assert.equal(vouched, '0x1626ba7e')
    const calls = [{ ...passing(inner, 'execute', [[smart.play()]]), value: 0n }]
    assert.equal(await smart.attempt(alice, 'execute', [calls]), undefined)
    assert.equal(await smart.system.value(smart.game, 'lastPlayer'), inner.address)
  })

  it('is not entered again by what it calls, and not by itself', async () => {
    await smart.system.done(alice, smart.account, 'execute', [[smart.own('revokeAll')]])
    const nested = smart.own('execute', [[smart.play()]])
    const failed = await smart.attempt(alice, 'execute', [[nested]])
    assert.deepEqual(decoded(implementation.abi, failed?.[2] as Hex), [
      'ReentrancyGuardReentrantCall',
    ])
    const deadline = smart.later()
    const calls = [smart.play()]
    const signature = smart.sign(alice, 'Execute', { calls, nonce: 0n, deadline })
    const again = smart.own('executeBySignature', [calls, 0n, deadline, signature])
    assert.equal(
      await smart.attempt(alice, 'execute', [[smart.play('callBack', 0n, [again.data])]]),
      undefined,
    )
    assert.deepEqual(await answerOf(smart.system, smart.game, implementation.abi), [
      'ReentrancyGuardReentrantCall',
    ])
    assert.equal(await smart.execute(calls, { signature, deadline }), undefined, 'not used up')
  })

  it('gives its rights to nobody that it calls', async () => {
    for (const own of [
      smart.own('grant', [smart.key()]),
      smart.own('revokeAll'),
      smart.own('setRecovery', [addressOf(mallory), 86_400n]),
      smart.own('changeOwner', [addressOf(mallory), '0x']),
    ]) {
      await smart.attempt(alice, 'execute', [[smart.play('callBack', 0n, [own.data])]])
      assert.deepEqual(await answerOf(smart.system, smart.game, implementation.abi), [
        'OnlyOwner',
        smart.game.address,
      ])
    }
  })

  it('takes tokens that ask whether it can', async () => {
    const args = [zero, zero, 1n, '0x']
    assert.equal(await smart.value('onERC721Received', args), '0x150b7a02')
    assert.equal(await smart.value('supportsInterface', ['0x4e2312e0']), true)
  })

  it('changes hands when the new owner says so for it, by the owner alone', async () => {
    const newOwner = addressOf(bob)
    const good = smart.sign(bob, 'Accept', { newOwner })
    const change = (by: typeof alice, to: Hex, acceptance: Hex) =>
      smart.attempt(by, 'changeOwner', [to, acceptance])
    assert.deepEqual(await change(bob, newOwner, good), ['OnlyOwner', newOwner])
    const invalid = ['InvalidSignature', newOwner]
    assert.deepEqual(await change(alice, newOwner, '0x'), invalid)
    assert.deepEqual(
      await change(alice, newOwner, smart.sign(alice, 'Accept', { newOwner })),
      invalid,
    )
    const elsewhere = smart.sign(bob, 'Accept', { newOwner }, { verifyingContract: zero })
    assert.deepEqual(await change(alice, newOwner, elsewhere), invalid)
    for (const nobody of [zero, smart.account.address]) {
      assert.deepEqual(await change(alice, nobody, good), ['InvalidOwner', nobody])
    }
    assert.equal(await smart.execute([smart.own('changeOwner', [newOwner, good])]), undefined)
    assert.equal(await smart.value('owner'), newOwner)
    assert.deepEqual(await smart.attempt(alice, 'execute', [[smart.play()]]), [
      'OnlyOwner',
      addressOf(alice),
    ])
    assert.equal(await smart.attempt(bob, 'execute', [[smart.play()]]), undefined)
  })

  it('can be owned by a contract that vouches', async () => {
    const contract = await smart.system.deploy(probe('SystemProbe.sol', 'Voucher'))
    const args = [contract.address, '0x']
    const refusal = ['InvalidSignature', contract.address]
    assert.deepEqual(await smart.attempt(alice, 'changeOwner', args), refusal)
    const digest = smart.digest('Accept', { newOwner: contract.address })
    await smart.system.done(mallory, contract, 'vouch', [digest])
    assert.equal(await smart.attempt(alice, 'changeOwner', args), undefined)
    assert.equal(await smart.value('owner'), contract.address)
  })
})
