import assert from 'node:assert/strict'

import type { Hex } from '#base'
import { didRegistry, keyDirectory } from '#contracts'

import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, type Deployed, mallory } from './scene.ts'
import { day, type Refusal, System } from './system-scene.ts'

const directory: Deployed = keyDirectory
const registry: Deployed = didRegistry
const word = (byte: string): Hex => `0x${byte.repeat(32)}`
const [none, root] = [word('00'), word('aa')]
const zero: Hex = `0x${'00'.repeat(20)}`
const lifetime = 400n * day

interface Bundles {
  readonly epoch: bigint
  readonly root: Hex
  readonly count: bigint
  readonly expiry: bigint
}

type Entry = Omit<Bundles, 'count'> & { readonly publisher: Hex; readonly count: number }

const fields = [
  { name: 'epoch', type: 'uint64' },
  { name: 'root', type: 'bytes32' },
  { name: 'count', type: 'uint32' },
  { name: 'expiry', type: 'uint64' },
]
const types = {
  Prekeys: [{ name: 'account', type: 'address' }, ...fields],
  IdentityPrekeys: [
    { name: 'id', type: 'bytes32' },
    { name: 'controlEpoch', type: 'uint32' },
    ...fields,
  ],
}

const listed = ({ epoch, root: top, count, expiry }: Bundles) => [epoch, top, count, expiry]

describe('the directory of prekeys', function () {
  this.timeout(60_000)
  let system: System
  let id: Hex
  beforeEach(async () => {
    system = await System.start()
    id = await system.value<Hex>(registry, 'idOf', [addressOf(alice), word('a1')])
    await system.done(alice, registry, 'incept', [word('a1')])
  })
  afterEach(() => system.close())

  const attempt = (by: Account, name: string, args: readonly unknown[]) =>
    system.attempt(by, directory, name, args)

  function bundles(some: Partial<Bundles> = {}): Bundles {
    return { epoch: 1n, root, count: 100n, expiry: system.now + day, ...some }
  }

  async function entryOf(subject: Hex): Promise<readonly unknown[]> {
    const name = subject.length === 42 ? 'entryOf' : 'entryOfIdentity'
    const entry = await system.value<Entry>(directory, name, [subject])
    return [entry.publisher, ...listed({ ...entry, count: BigInt(entry.count) })]
  }

  /** Brings what `signer` signed for `subject`, with other values where they are told. */
  function bring(
    signer: Account,
    subject: Hex,
    signed: Bundles,
    {
      told = signed,
      controlEpoch = 0,
      domain = {},
    }: {
      readonly told?: Bundles
      readonly controlEpoch?: number
      readonly domain?: object
    } = {},
  ): Promise<Refusal | undefined> {
    const ofAccount = subject.length === 42
    const primaryType = ofAccount ? 'Prekeys' : 'IdentityPrekeys'
    const message = ofAccount
      ? { ...signed, account: subject }
      : { ...signed, controlEpoch, id: subject }
    const typed = { contract: directory, name: 'KeyDirectory', types, primaryType, message }
    const signature = system.scene.signWithKey(signer, system.digest(typed, domain))
    const name = ofAccount ? 'publishBySignature' : 'publishForBySignature'
    return attempt(mallory, name, [subject, ...listed(told), signature])
  }

  it('knows nothing of who never published', async () => {
    const nothing = [zero, 0n, none, 0n, 0n]
    assert.deepEqual(await entryOf(addressOf(alice)), nothing)
    assert.deepEqual(await entryOf(id), nothing)
    assert.deepEqual(await entryOf(word('ee')), nothing)
  })

  it('gives out what an account publishes, of rising epochs', async () => {
    const first = bundles()
    const receipt = await system.done(alice, directory, 'publish', listed(first))
    const [event] = system.events(directory, receipt)
    assert.deepEqual(event, ['Published', addressOf(alice), 1n, root, 100, first.expiry])
    assert.deepEqual(await entryOf(addressOf(alice)), [addressOf(alice), ...listed(first)])
    for (const epoch of [0n, 1n]) {
      const refusal = await attempt(alice, 'publish', listed(bundles({ epoch })))
      assert.deepEqual(refusal, ['NotNewer', 1n])
    }
    const next = bundles({ epoch: 9n, root: word('bb'), count: 2n ** 32n - 1n })
    assert.equal(await attempt(alice, 'publish', listed(next)), undefined)
    assert.deepEqual(await entryOf(addressOf(alice)), [addressOf(alice), ...listed(next)])
    assert.deepEqual((await entryOf(addressOf(bob)))[0], zero)
  })

  it('lets nobody use up all epochs at once', async () => {
    const step = 2n ** 32n
    for (const epoch of [step + 1n, 2n ** 64n - 1n]) {
      const refusal = await attempt(alice, 'publish', listed(bundles({ epoch })))
      assert.deepEqual(refusal, ['TooFarAhead', 0n, step])
    }
    assert.equal(await attempt(alice, 'publish', listed(bundles({ epoch: step }))), undefined)
    const beyond = await attempt(alice, 'publish', listed(bundles({ epoch: 2n * step + 1n })))
    assert.deepEqual(beyond, ['TooFarAhead', step, step])
  })

  it('refuses terms that are over or too long', async () => {
    // A refused transaction is asked again at its own second.
    for (const given of ['past', 'too long', 'absurd']) {
      const now = system.now + 10n
      system.goTo(now)
      const expiry =
        given === 'past' ? now - 1n : given === 'absurd' ? 2n ** 64n - 1n : now + lifetime + 1n
      const refusal = await attempt(alice, 'publish', listed(bundles({ expiry })))
      assert.deepEqual(refusal, ['InvalidExpiry', expiry, now, now + lifetime])
    }
    const now = system.now + 10n
    system.goTo(now)
    const longest = bundles({ expiry: now + lifetime })
    assert.equal(await attempt(alice, 'publish', listed(longest)), undefined)
    system.goTo(now + 10n)
    const shortest = bundles({ epoch: 2n, expiry: now + 10n })
    assert.equal(await attempt(alice, 'publish', listed(shortest)), undefined)
  })

  it('takes back what it gave out by a root of nothing, and never a root over nothing', async () => {
    for (const half of [{ root: none }, { count: 0n }]) {
      const given = bundles(half)
      const refusal = await attempt(alice, 'publish', listed(given))
      assert.deepEqual(refusal, ['InvalidRoot', given.root, Number(given.count)])
    }
    await attempt(alice, 'publish', listed(bundles()))
    const nothing = bundles({ epoch: 2n, root: none, count: 0n })
    assert.equal(await attempt(alice, 'publish', listed(nothing)), undefined)
    assert.deepEqual((await entryOf(addressOf(alice))).slice(1, 4), [2n, none, 0n])
  })

  it('takes what an account signed from whoever brings it, once', async () => {
    const account = addressOf(alice)
    const signed = bundles()
    const refusal = ['InvalidSignature', account]
    assert.deepEqual(await bring(mallory, account, signed), refusal)
    for (const changed of [
      { epoch: 2n },
      { root: word('bb') },
      { count: 1n },
      { expiry: signed.expiry + 1n },
    ]) {
      const told = { ...signed, ...changed }
      assert.deepEqual(await bring(alice, account, signed, { told }), refusal)
    }
    for (const domain of [{ salt: none }, { chainId: 1n }, { name: 'DIDRegistry' }]) {
      assert.deepEqual(await bring(alice, account, signed, { domain }), refusal)
    }
    assert.equal(await bring(alice, account, signed), undefined)
    assert.deepEqual(await entryOf(account), [account, ...listed(signed)])
    assert.deepEqual(await bring(alice, account, signed), ['NotNewer', 1n])
  })

  it('publishes for an identity by its controller alone', async () => {
    const given = bundles()
    const forged = await attempt(mallory, 'publishFor', [id, ...listed(given)])
    assert.deepEqual(forged, ['OnlyController', id, addressOf(mallory)])
    assert.deepEqual(await bring(mallory, id, given), ['InvalidSignature', addressOf(alice)])
    const args = [id, ...listed(given)]
    const receipt = await system.done(alice, directory, 'publishFor', args)
    const [event] = system.events(directory, receipt)
    assert.deepEqual(event, ['IdentityPublished', id, 1n, root, 100, given.expiry])
    assert.deepEqual(await entryOf(id), [addressOf(alice), ...listed(given)])
    assert.deepEqual(await bring(alice, id, given), ['NotNewer', 1n])
    const next = bundles({ epoch: 2n })
    assert.equal(await bring(alice, id, next), undefined)
    assert.deepEqual(await entryOf(id), [addressOf(alice), ...listed(next)])
    assert.deepEqual((await entryOf(addressOf(alice)))[0], zero, 'the account is another subject')
  })

  it('keeps what is signed for an account from an identity, and the reverse', async () => {
    const given = bundles()
    const message = { ...given, account: addressOf(alice) }
    const typed = { contract: directory, name: 'KeyDirectory', types, primaryType: 'Prekeys' }
    const signature = system.sign(alice, { ...typed, message })
    const args = [id, ...listed(given), signature]
    const refusal = await attempt(mallory, 'publishForBySignature', args)
    assert.deepEqual(refusal, ['InvalidSignature', addressOf(alice)])
  })

  it('takes nothing that was signed before control passed on, also when it came back', async () => {
    const signed = bundles()
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      await system.done(from, registry, 'offerControl', [id, addressOf(to)])
      await system.done(to, registry, 'acceptControl', [id])
    }
    assert.equal((await bring(alice, id, signed))?.[0], 'InvalidSignature')
    assert.equal((await bring(alice, id, signed, { controlEpoch: 1 }))?.[0], 'InvalidSignature')
    assert.equal(await bring(alice, id, signed, { controlEpoch: 2 }), undefined)
  })

  it('gives out nothing of who lost control of the identity', async () => {
    await attempt(alice, 'publishFor', [id, ...listed(bundles({ epoch: 5n }))])
    await system.done(alice, registry, 'offerControl', [id, addressOf(bob)])
    await system.done(bob, registry, 'acceptControl', [id])
    const [publisher, epoch, top, count] = await entryOf(id)
    assert.deepEqual([publisher, epoch, top, count], [addressOf(alice), 5n, none, 0n])
    const stale = [id, ...listed(bundles({ epoch: 6n }))]
    const refusal = ['OnlyController', id, addressOf(alice)]
    assert.deepEqual(await attempt(alice, 'publishFor', stale), refusal)
    assert.deepEqual(await attempt(bob, 'publishFor', [id, ...listed(bundles())]), ['NotNewer', 5n])
    assert.equal(await attempt(bob, 'publishFor', stale), undefined)
    assert.deepEqual((await entryOf(id)).slice(0, 3), [addressOf(bob), 6n, root])
    // Nor when control comes back.
    for (const [from, to] of [
      [bob, alice],
      [alice, bob],
    ] as const) {
      await system.done(from, registry, 'offerControl', [id, addressOf(to)])
      await system.done(to, registry, 'acceptControl', [id])
    }
    assert.deepEqual((await entryOf(id)).slice(0, 3), [addressOf(bob), 6n, none])
  })

  it('gives out nothing of an identity that was deactivated or never was', async () => {
    await attempt(alice, 'publishFor', [id, ...listed(bundles())])
    await system.done(alice, registry, 'deactivate', [id])
    assert.deepEqual((await entryOf(id)).slice(1, 4), [1n, none, 0n])
    const next = bundles({ epoch: 2n })
    const refusal = await attempt(alice, 'publishFor', [id, ...listed(next)])
    assert.deepEqual(refusal, ['OnlyController', id, addressOf(alice)])
    assert.deepEqual(await bring(alice, id, next), ['NoSuchIdentity', id])
    assert.deepEqual(await bring(alice, word('ee'), next), ['NoSuchIdentity', word('ee')])
  })
})
