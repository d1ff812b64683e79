import assert from 'node:assert/strict'

import { hex, type Hex, unhex } from '#base'
import { contexts, foreignMessage } from '#protocol'

import { addressOf, alice, bob, carol, mallory, probe } from './scene.ts'
import { type Delegation, pars, Ve, week } from './ve-scene.ts'

const year = 52n * week

describe('delegation in VePars by signature', function () {
  this.timeout(60_000)
  let ve: Ve
  beforeEach(async () => {
    ve = await Ve.start()
    await ve.done(alice, 'lock', [year], pars)
  })
  afterEach(() => ve.close())

  const delegation = (changes: Partial<Delegation> = {}): Delegation => ({
    account: addressOf(alice),
    delegatee: addressOf(bob),
    nonce: 0n,
    expiry: ve.now + 3600n,
    ...changes,
  })
  const signed = (message: Delegation, domain?: object): Hex =>
    ve.scene.signWithKey(alice, ve.digestOf(message, domain))
  const delegatee = async (): Promise<string> =>
    ((await ve.value('delegates', [addressOf(alice)])) as string).toLowerCase()
  const nonce = (): Promise<unknown> => ve.value('nonces', [addressOf(alice)])
  const invalid = ['InvalidSignature', addressOf(alice)]

  it('is brought by anybody, and counts as the word of the account', async () => {
    const message = delegation()
    const { account, expiry } = message
    const args = [account, message.delegatee, 0n, expiry, signed(message)]
    const receipt = await ve.done(mallory, 'delegateByPQSig', args)
    const [changed] = ve.events(receipt)
    assert.deepEqual(changed, ['DelegateChanged', account, account, message.delegatee])
    assert.equal(await delegatee(), addressOf(bob))
    assert.equal(await ve.votesOf(bob), await ve.balanceOf(alice))
    assert.equal(await nonce(), 1n)
  })

  it('says its domain, with the network for a salt', async () => {
    const told = (await ve.value('eip712Domain')) as unknown[]
    const [fields, name, version, chainId, contract, salt, extensions] = told
    assert.deepEqual([fields, extensions], ['0x1f', []])
    const verifyingContract = (contract as string).toLowerCase()
    assert.deepEqual({ name, version, chainId, verifyingContract, salt }, ve.domain())
  })

  it('needs no key of an account with a record', async () => {
    await ve.scene.register(alice)
    const message = delegation()
    assert.equal(await ve.bring(message, ve.scene.sign(alice, ve.digestOf(message))), undefined)
    assert.equal(await delegatee(), addressOf(bob))
  })

  it('is refused once it was brought, and before its turn', async () => {
    const message = delegation()
    const signature = signed(message)
    assert.equal(await ve.bring(message, signature), undefined)
    await ve.done(alice, 'delegate', [addressOf(alice)])
    const used = ['InvalidAccountNonce', addressOf(alice), 1n]
    assert.deepEqual(await ve.bring(message, signature), used)
    const early = delegation({ nonce: 2n })
    assert.deepEqual(await ve.bring(early, signed(early)), used)
    assert.equal(await delegatee(), addressOf(alice))
  })

  it('is refused after its last second', async () => {
    const message = delegation()
    const signature = signed(message)
    ve.goTo(message.expiry + 1n)
    const expired = ['VotesExpiredSignature', message.expiry]
    assert.deepEqual(await ve.bring(message, signature), expired)
    const last = delegation({ expiry: ve.now + 10n })
    const good = signed(last)
    ve.goTo(last.expiry)
    assert.equal(await ve.bring(last, good), undefined)
  })

  it('is refused where another network, chain, contract or version was meant', async () => {
    const message = delegation()
    const own = ve.domain()
    const other: Hex = `0x${'77'.repeat(32)}`
    for (const [field, value] of Object.entries({
      salt: other,
      chainId: 1n,
      verifyingContract: addressOf(carol),
      version: '2',
      name: 'Governor',
    })) {
      const signature = signed(message, { ...own, [field]: value })
      assert.deepEqual(await ve.bring(message, signature), invalid, field)
    }
    // The same digest, signed for accounts of another network.
    const foreign = foreignMessage(unhex(other), unhex(ve.digestOf(message)))
    const signature = hex(alice.key.sign(foreign, contexts.foreign))
    const head = signed(message).slice(0, 2 + 2 * (1 + alice.key.publicKey.length)) as Hex
    assert.deepEqual(await ve.bring(message, `${head}${signature.slice(2)}`), invalid)
    assert.equal(await nonce(), 0n, 'nothing was used up')
    assert.equal(await ve.bring(message, signed(message)), undefined)
  })

  it('is refused with anything changed, by anybody else, and as noise', async () => {
    const message = delegation()
    const signature = signed(message)
    assert.deepEqual(
      await ve.bring({ ...message, delegatee: addressOf(carol) }, signature),
      invalid,
    )
    assert.deepEqual(
      await ve.bring({ ...message, expiry: message.expiry + 1n }, signature),
      invalid,
    )
    const hers = { ...message, account: addressOf(carol) }
    assert.deepEqual(await ve.bring(hers, signature), ['InvalidSignature', addressOf(carol)])
    const forged = ve.scene.signWithKey(mallory, ve.digestOf(message))
    assert.deepEqual(await ve.bring(message, forged), invalid)
    for (const noise of ['0x', `0x${'65'.repeat(3309)}`, `0x${'65'.repeat(5262)}`] as const) {
      assert.deepEqual(await ve.bring(message, noise), invalid)
    }
    const nobody = delegation({ delegatee: `0x${'00'.repeat(20)}` })
    const error = await ve.bring(nobody, signed(nobody))
    assert.deepEqual(error, ['InvalidDelegatee', nobody.delegatee])
    assert.equal(await nonce(), 0n)
  })

  it('is refused by a key that the account no longer has', async () => {
    await ve.scene.register(alice)
    const message = delegation({ expiry: ve.now + week })
    const [bare, full] = [ve.scene.sign(alice, ve.digestOf(message)), signed(message)]
    const rotated = await ve.scene.rotate(alice, 'of a delegator')
    assert.deepEqual(await ve.bring(message, bare), invalid)
    assert.deepEqual(await ve.bring(message, full), invalid)
    const fresh = ve.scene.sign(rotated, ve.digestOf(message))
    assert.equal(await ve.bring(message, fresh), undefined)
  })

  it('is asked of contracts by ERC-1271', async () => {
    const contract = probe('VeProbe.sol', 'VeHolder')
    const holder = await ve.scene.deploy(contract, [ve.contract.address])
    const message = delegation({ account: holder.address })
    assert.deepEqual(await ve.bring(message, '0x'), ['InvalidSignature', holder.address])
    await ve.scene.send(bob, holder, 'approve', [ve.digestOf(message)])
    assert.equal(await ve.bring(message, '0x'), undefined)
    const named = (await ve.value('delegates', [holder.address])) as string
    assert.equal(named.toLowerCase(), addressOf(bob))
  })
})
