import assert from 'node:assert/strict'

import { encodeFunctionData } from 'viem'

import { concat, equal, fixed, hex, isFault, unhex, utf8 } from '#base'
import { keccak256, keyHash, type SigningKey } from '#crypto'
import { contexts, encodeTransaction, systemAddresses } from '#protocol'

import { slotOf } from '../../../chain/pars/slots.ts'
import { headView } from '../../../chain/pars/state-view.ts'
import { compile } from '../../precompiles/compile.ts'
import { type Account, accountOf, accounts, freshKey, Network } from './network.ts'
import { callData, deploy, deployData, outcomes } from './solidity.ts'

const { abi } = compile('precompiles/accounts/IAccounts.sol')['IAccounts'] ?? { abi: [] }
const registry = systemAddresses.accounts
const call = (functionName: string, args: readonly unknown[] = []): Uint8Array =>
  unhex(encodeFunctionData({ abi, functionName, args }))

const [alice, bob] = accounts as readonly [Account, Account]

function recordOf(network: Network, account: Uint8Array): Uint8Array | undefined {
  const word = headView(network.store).word(registry, slotOf(account, 0n))
  return word.every((byte) => byte === 0) ? undefined : word
}

function rotation(
  network: Network,
  account: Uint8Array,
  key: SigningKey,
  changes = 0n,
): Uint8Array {
  const hash = keyHash(key.algorithm, key.publicKey)
  const message = concat(
    utf8('rotate'),
    network.profile.genesisHash,
    account,
    fixed(changes, 32),
    hash,
  )
  const proof = key.sign(keccak256(message), contexts.key)
  return call('rotate', [key.algorithm, hex(key.publicKey), hex(proof)])
}

describe('account keys on a chain', function () {
  this.timeout(60_000)
  let network: Network
  beforeEach(async () => {
    network = await Network.start()
  })
  afterEach(() => network.close())

  it('registers the key of the envelope, after which its hash suffices', async () => {
    const receipt = await network.run(alice, { to: registry, data: call('register') })
    assert.equal(receipt?.status, 1)
    const hash = keyHash(0x65, alice.key.publicKey)
    assert.deepEqual(recordOf(network, alice.address), hash)
    const short = await network.run(alice, { key: hash })
    assert.equal(short?.status, 1)
    assert.ok((short?.gasUsed ?? 0n) > 0n)
    assert.equal(short?.gasUsed, 45_964n)
  })

  it('takes no key hash for an account without a record', async () => {
    const hash = keyHash(0x65, alice.key.publicKey)
    const wire = network.wire(alice, { key: hash })
    const { skipped } = await network.commit([wire])
    assert.equal(skipped[0]?.reason, 'TX_KEY_UNKNOWN')
    assert.equal(network.nonce(alice.address), 0n)
  })

  it('does not let a contract register while it is constructed', async () => {
    const receipt = await network.run(alice, {
      to: new Uint8Array(0),
      data: deployData('CallsWhenBorn', [hex(registry), hex(call('register'))]),
    })
    assert.equal(receipt?.status, 1)
    const born = receipt?.contractAddress ?? new Uint8Array(0)
    assert.equal(recordOf(network, born), undefined)
    assert.equal(recordOf(network, alice.address), undefined)
  })

  for (const way of ['call', 'delegate', 'borrow']) {
    it(`does not register or rotate by ${way} through a contract`, async () => {
      const lender = await deploy(network, 'Lender')
      for (const data of [call('register'), rotation(network, alice.address, freshKey('thief'))]) {
        const receipt = await network.run(alice, {
          to: lender,
          data: callData('Lender', way, [hex(registry), hex(data)]),
        })
        assert.equal(receipt?.status, 1)
        assert.deepEqual(
          outcomes(receipt).map(({ ok }) => ok),
          [false],
        )
      }
      assert.equal(recordOf(network, alice.address), undefined)
      assert.equal(recordOf(network, lender), undefined)
    })
  }

  it('reads nothing for code that borrows it by DELEGATECALL', async () => {
    const lender = await deploy(network, 'Lender')
    const data = callData('Lender', 'delegate', [hex(registry), hex(call('networkId'))])
    const receipt = await network.run(alice, { to: lender, data })
    assert.deepEqual(
      outcomes(receipt).map(({ ok }) => ok),
      [false],
    )
  })

  it('answers Solidity, also where a function returns nothing', async () => {
    const lender = await deploy(network, 'Lender')
    const answer = await network.call({ to: lender, data: callData('Lender', 'networkId', []) })
    assert.equal(hex(answer.output), hex(network.profile.genesisHash))
    const refused = await network.call({ to: lender, data: callData('Lender', 'register', []) })
    assert.equal(refused.failure?.reason, 'reverted')
    assert.match(new TextDecoder().decode(refused.output), /direct/)
  })

  it('lets the old key do nothing after a rotation, and the new key everything', async () => {
    await network.run(alice, { to: registry, data: call('register') })
    const renewed = freshKey('renewed', 0x44)
    const before = network.wire(alice, { nonce: 2n })
    const data = rotation(network, alice.address, renewed)
    assert.equal((await network.run(alice, { to: registry, data }))?.status, 1)
    const { skipped } = await network.commit([before])
    assert.equal(skipped[0]?.reason, 'TX_KEY_NOT_SENDERS')
    const holder: Account = { key: renewed, address: alice.address }
    assert.equal((await network.run(holder))?.status, 1)
    const hash = keyHash(renewed.algorithm, renewed.publicKey)
    assert.equal((await network.run(holder, { key: hash }))?.status, 1)
  })

  it('counts a rotation from the next transaction of the same block on', async () => {
    await network.run(alice, { to: registry, data: call('register') })
    const renewed = freshKey('same block')
    const holder: Account = { key: renewed, address: alice.address }
    const rotate = network.wire(alice, {
      to: registry,
      data: rotation(network, alice.address, renewed),
    })
    const stale = network.wire(alice, { nonce: 2n })
    const fresh = network.wire(holder, { nonce: 2n })
    const { skipped, blocks } = await network.commit([rotate, stale, fresh])
    assert.equal(blocks.length, 1)
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      ['TX_KEY_NOT_SENDERS'],
    )
    assert.equal(network.receipt(fresh)?.status, 1)
  })

  it('refuses ballots of the old key after a rotation', async () => {
    await network.run(alice, { to: registry, data: call('register') })
    const ballot = keccak256(utf8('for'))
    const message = concat(network.profile.genesisHash, ballot)
    const signature = alice.key.sign(message, contexts.foreign)
    const ask = async (): Promise<bigint> => {
      const data = call('verify', [hex(alice.address), hex(ballot), hex(signature)])
      const { output } = await network.call({ to: registry, data })
      return BigInt(hex(output))
    }
    assert.equal(await ask(), 1n)
    const data = rotation(network, alice.address, freshKey('ballot'))
    await network.run(alice, { to: registry, data })
    assert.equal(await ask(), 0n)
  })

  it('takes back a rotation whose transaction runs out of gas', async () => {
    const data = rotation(network, alice.address, freshKey('unregistered'))
    const whole = await network.call({ from: alice.address, to: registry, data, gas: 5_000_000n })
    const gasLimit = whole.gasUsed - 1n
    const receipt = await network.run(alice, { to: registry, data, gasLimit })
    assert.equal(receipt?.status, 0)
    assert.equal(recordOf(network, alice.address), undefined)
    assert.equal(network.nonce(alice.address), 1n)
  })

  it('registers on a nonce lane, with the account nonce untouched', async () => {
    const receipt = await network.run(bob, { to: registry, data: call('register'), nonceKey: 5n })
    assert.equal(receipt?.status, 1)
    assert.equal(network.nonce(bob.address), 0n)
    assert.equal(network.nonce(bob.address, 5n), 1n)
    assert.ok(
      equal(recordOf(network, bob.address) ?? fixed(0, 32), keyHash(0x65, bob.key.publicKey)),
    )
  })

  it('recovers an account after the delay, by anybody who brings the signatures', async () => {
    const guardian = freshKey('guardian', 0x87)
    const renewed = freshKey('recovered')
    const guardianHash = keyHash(guardian.algorithm, guardian.publicKey)
    await network.run(alice, { to: registry, data: call('register') })
    const set = call('setRecovery', [hex(guardianHash), 86_400n])
    assert.equal((await network.run(alice, { to: registry, data: set }))?.status, 1)
    const hash = keyHash(renewed.algorithm, renewed.publicKey)
    const signed = (action: string, key: SigningKey): Uint8Array =>
      key.sign(
        keccak256(
          concat(utf8(action), network.profile.genesisHash, alice.address, fixed(0n, 32), hash),
        ),
        contexts.key,
      )
    const start = call('startRecovery', [
      hex(alice.address),
      renewed.algorithm,
      hex(renewed.publicKey),
      hex(signed('rotate', renewed)),
      guardian.algorithm,
      hex(guardian.publicKey),
      hex(signed('recover', guardian)),
    ])
    assert.equal((await network.run(bob, { to: registry, data: start }))?.status, 1)
    const finish = { to: registry, data: call('finishRecovery', [hex(alice.address)]) }
    assert.equal((await network.run(bob, finish))?.status, 0)
    network.wait(86_400)
    assert.equal((await network.run(bob, finish))?.status, 1)
    assert.deepEqual(recordOf(network, alice.address), hash)
    assert.equal((await network.run({ key: renewed, address: alice.address }))?.status, 1)
  })

  it('rejects a signature for another network and under another context', async () => {
    const draft = network.draft(alice)
    const foreign = encodeTransaction(network.sign(alice.key, draft, keccak256(utf8('other'))))
    assert.equal((await network.commit([foreign])).skipped[0]?.reason, 'TX_BAD_SIGNATURE')
    const unsigned = network.sign(alice.key, draft)
    const other = alice.key.sign(keccak256(utf8('x')), contexts.foreign)
    const wrong = encodeTransaction({ ...unsigned, signature: other })
    assert.equal((await network.commit([wrong])).skipped[0]?.reason, 'TX_BAD_SIGNATURE')
    assert.equal(network.nonce(alice.address), 0n)
  })

  it('stalls without the bytes of a registered key, and goes on when they are back', async () => {
    await network.run(alice, { to: registry, data: call('register') })
    const hash = keyHash(0x65, alice.key.publicKey)
    const place = concat(utf8('k'), hash)
    const bytes = network.store.get(place)
    assert.ok(bytes !== undefined)
    await network.store.write([{ type: 'del', key: place }], { sync: true })
    await network.reopen()
    const wire = network.wire(alice, { key: hash })
    await assert.rejects(network.commit([wire]), (error) => isFault(error, 'STATE_MISSING_BYTES'))
    assert.equal(network.nonce(alice.address), 1n)
    await network.store.write([{ type: 'put', key: place, value: bytes }], { sync: true })
    await network.reopen()
    await network.repeat()
    assert.equal(network.receipt(wire)?.status, 1)
  })

  it('knows no account by a key that is not its own', async () => {
    const stranger = accountOf(freshKey('stranger'))
    const forged = network.sign(stranger.key, {
      ...network.draft(alice),
      key: stranger.key.publicKey,
    })
    const { skipped } = await network.commit([encodeTransaction(forged)])
    assert.equal(skipped[0]?.reason, 'TX_KEY_NOT_SENDERS')
  })
})
