import assert from 'node:assert/strict'

import { type Hex } from '#base'

import { Seeded } from '../seeded.ts'
import {
  byAddress,
  Council,
  encodedApprovals,
  encodedError,
  owners,
  type Weights,
} from './council.ts'
import { addressOf, alice, bob, carol, dave, mallory, probe } from './scene.ts'

const accepted = '0x1626ba7e'
const refused = '0xffffffff'

describe('owners of the weighted multisig', function () {
  this.timeout(60_000)
  let council: Council
  beforeEach(async () => {
    council = await Council.start()
  })
  afterEach(() => council.close())

  it('follows the rotation of an owner: the old key is no owner from then on', async () => {
    await council.scene.register(alice)
    const [calls, expiry] = [[council.increment()], council.later()]
    const digest = council.digestOf(calls, 0n, expiry)
    const given = council.approvals(digest, [alice, bob])
    const rotated = await council.scene.rotate(alice, 'new key of an owner')
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    const bare = { owner: addressOf(alice), signature: council.scene.sign(rotated, digest) }
    const renewed = byAddress([bare, ...council.approvals(digest, [bob])], ({ owner }) => owner)
    assert.equal(await council.execute({ calls, expiry, given: renewed }), 'executed')
  })

  it('changes its owners by a proposal alone', async () => {
    const args = [owners([[mallory, 9n]]), 1n]
    assert.deepEqual((await council.scene.ask(council.multisig, 'configure', args, alice)).error, [
      'OnlySelf',
    ])
    const calls = [
      council.configure(
        [
          [alice, 0n],
          [bob, 4n],
          [dave, 1n],
        ],
        5n,
      ),
    ]
    assert.equal(await council.execute({ calls, signers: [alice, bob] }), 'executed')
    assert.equal(await council.value('totalWeight'), 7n)
    const found = (await council.value('owners')) as { account: Hex; weight: bigint }[]
    const lower = found.map(({ account, weight }) => ({
      account: account.toLowerCase() as Hex,
      weight,
    }))
    assert.deepEqual(
      byAddress(lower, ({ account }) => account),
      owners([
        [bob, 4n],
        [carol, 2n],
        [dave, 1n],
      ]),
    )
    const gone = await council.execute({
      calls: [council.increment()],
      signers: [alice, bob, carol],
    })
    assert.equal(gone[0], 'NotApproved')
    assert.equal(
      await council.execute({ calls: [council.increment()], signers: [bob, dave] }),
      'executed',
    )
  })

  it('refuses owners and thresholds with which it would be stuck, or not be its own', async () => {
    const attempt = async (changes: Weights, threshold: bigint): Promise<unknown> => {
      const calls = [council.configure(changes, threshold)]
      const result = await council.execute({ calls, signers: [alice, bob] })
      assert.equal(result[0], 'CallFailed')
      return result[2]
    }
    assert.equal(await attempt([], 0n), encodedError('InvalidThreshold', [0n, 7n]))
    assert.equal(await attempt([], 8n), encodedError('InvalidThreshold', [8n, 7n]))
    assert.equal(await attempt([[alice, 0n]], 5n), encodedError('InvalidThreshold', [5n, 4n]))
    const self = council.multisig.address
    assert.equal(await attempt([[self, 1n]], 5n), encodedError('InvalidOwner', [self]))
    const zero: Hex = `0x${'00'.repeat(20)}`
    assert.equal(await attempt([[zero, 1n]], 5n), encodedError('InvalidOwner', [zero]))
    assert.equal(
      await attempt([[mallory, 0n]], 5n),
      encodedError('NotAnOwner', [addressOf(mallory)]),
    )
    const twice: Weights = [
      [mallory, 1n],
      [mallory, 1n],
    ]
    assert.equal(await attempt(twice, 5n), encodedError('OutOfOrder', [addressOf(mallory)]))
    const crowd: Weights = Array.from({ length: 62 }, (_, index) => [
      `0x${(index + 1).toString(16).padStart(40, '0')}`,
      1n,
    ])
    assert.equal(await attempt(crowd, 5n), encodedError('TooManyOwners', [64n]))
    assert.equal(
      await council.execute({
        calls: [council.configure(crowd.slice(1), 5n)],
        signers: [alice, bob],
      }),
      'executed',
    )
  })

  it('keeps account of its weights through any changes', async () => {
    const random = new Seeded('weights')
    const candidates = [alice, bob, carol, dave, mallory]
    const weights = new Map<Hex, bigint>(
      ([alice, bob, carol] as const).map((one, index) => [addressOf(one), index === 0 ? 3n : 2n]),
    )
    for (let round = 0; round < 24; round++) {
      const next = new Map(weights)
      const changes = candidates
        .filter(() => random.oneIn(2))
        .map((one) => [one, random.pick([0n, 0n, 1n, 7n, 2n ** 64n - 1n])] as const)
        .filter(([one, weight]) => weight > 0n || next.has(addressOf(one)))
      for (const [one, weight] of changes) {
        if (weight > 0n) next.set(addressOf(one), weight)
        else next.delete(addressOf(one))
      }
      const total = [...next.values()].reduce((sum, weight) => sum + weight, 0n)
      const threshold = random.pick([0n, 1n, total, total + 1n])
      const holds = threshold > 0n && threshold <= total
      const signers = candidates.filter((one) => weights.has(addressOf(one)))
      const calls = [council.configure(changes, threshold)]
      const result = await council.execute({ calls, signers })
      assert.equal(result === 'executed', holds, `round ${round}`)
      if (!holds) continue
      weights.clear()
      for (const [account, weight] of next) weights.set(account, weight)
      assert.equal(await council.value('totalWeight'), total)
      assert.equal(await council.value('threshold'), threshold)
      for (const one of candidates) {
        const weight = await council.value('weightOf', [addressOf(one)])
        assert.equal(weight, weights.get(addressOf(one)) ?? 0n)
      }
    }
  })

  it('takes approvals on chain, and takes them back', async () => {
    const [calls, expiry] = [[council.increment()], council.later()]
    const digest = council.digestOf(calls, 0n, expiry)
    const onChain = { owner: addressOf(bob), signature: '0x' as Hex }
    const given = byAddress([...council.approvals(digest, [alice]), onChain], ({ owner }) => owner)
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    const { error } = await council.scene.ask(council.multisig, 'approve', [digest], mallory)
    assert.equal(error?.[0], 'NotAnOwner')
    assert.equal((await council.scene.send(bob, council.multisig, 'approve', [digest])).status, 1)
    assert.equal(
      (await council.scene.ask(council.multisig, 'execute', [calls, expiry, given])).error,
      undefined,
    )
    assert.equal((await council.scene.send(bob, council.multisig, 'retract', [digest])).status, 1)
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    const signed = council.approvals(digest, [alice, bob])
    assert.equal(
      (await council.execute({ calls, expiry, given: signed }))[0],
      'NotApproved',
      'signed before',
    )
    assert.equal((await council.scene.send(bob, council.multisig, 'approve', [digest])).status, 1)
    assert.equal(await council.execute({ calls, expiry, given }), 'executed')
  })

  it('has contracts for owners: by ERC-1271, and by their own approval', async () => {
    const vouching = await council.scene.deploy(probe('PqProbe.sol', 'Vouching'))
    const approving = await council.scene.deploy(probe('PqProbe.sol', 'ApprovingOwner'))
    await council.replace(
      [
        [vouching.address, 1n],
        [approving.address, 1n],
        [alice, 1n],
      ],
      3n,
    )
    const [calls, expiry] = [[council.increment()], council.later()]
    const digest = council.digestOf(calls, 0n, expiry)
    const given = byAddress(
      [
        ...council.approvals(digest, [alice]),
        { owner: vouching.address, signature: '0x01' as Hex },
        { owner: approving.address, signature: '0x' as Hex },
      ],
      ({ owner }) => owner,
    )
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    await council.scene.send(mallory, vouching, 'vouch', [digest])
    assert.equal((await council.execute({ calls, expiry, given }))[0], 'NotApproved')
    await council.scene.send(mallory, approving, 'approve', [council.multisig.address, digest])
    assert.equal(await council.execute({ calls, expiry, given }), 'executed')
  })

  describe('asked by ERC-1271', () => {
    const message: Hex = `0x${'5a'.repeat(32)}`
    const messageDigest = (): Promise<unknown> => council.value('messageDigest', [message])

    it('vouches with enough weight for that message alone', async () => {
      const digest = (await messageDigest()) as Hex
      const both = council.approvals(digest, [alice, bob])
      assert.equal(await council.vouches(message, both), accepted)
      assert.equal(await council.vouches(message, council.approvals(digest, [bob, carol])), refused)
      assert.equal(await council.vouches(message, [both[0]!, both[0]!]), refused)
      assert.equal(await council.vouches(digest, both), refused)
      assert.equal(
        await council.vouches(message, council.approvals(message, [alice, bob])),
        refused,
        'bare hash',
      )
      const { error } = await council.scene.ask(council.multisig, 'isValidSignature', [
        message,
        '0x01',
      ])
      assert.ok(error, 'no encoding of approvals')
    })

    it('is an account to other contracts, a multisig among them, until it changes', async () => {
      const pq = await council.scene.deploy(probe('PqProbe.sol', 'PqProbe'))
      const digest = (await messageDigest()) as Hex
      const signature = encodedApprovals(council.approvals(digest, [alice, bob]))
      const ask = (): Promise<unknown> =>
        council.scene.value(pq, 'isValidSignature', [council.multisig.address, message, signature])
      assert.equal(await ask(), true)
      await council.scene.register(bob)
      await council.scene.rotate(bob, 'of a council')
      assert.equal(await ask(), false)
    })
  })
})
