import assert from 'node:assert/strict'

import { concat, hex, type Hex, unhex } from '#base'
import { didRegistry } from '#contracts'
import { sha3_256 } from '#crypto'

import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, carol, type Deployed, mallory, probe } from './scene.ts'
import { passing, type Refusal, System } from './system-scene.ts'

const registry: Deployed = didRegistry
const zero: Hex = `0x${'00'.repeat(20)}`
const word = (byte: string): Hex => `0x${byte.repeat(32)}`
const none = word('00')
const inception = word('a1')
const most = 2n ** 64n - 1n

interface Identity {
  readonly controller: Hex
  readonly sequence: bigint
  readonly controlEpoch: number
  readonly deactivated: boolean
  readonly head: Hex
  readonly offeredTo: Hex
  readonly anchoredAt: number
  readonly anchoredHeight: number
}

const types = {
  Incept: [
    { name: 'controller', type: 'address' },
    { name: 'inceptionHash', type: 'bytes32' },
    { name: 'deadline', type: 'uint256' },
  ],
  Anchor: [
    { name: 'id', type: 'bytes32' },
    { name: 'head', type: 'bytes32' },
    { name: 'sequence', type: 'uint64' },
    { name: 'controlEpoch', type: 'uint32' },
    { name: 'deadline', type: 'uint256' },
  ],
  Deactivate: [
    { name: 'id', type: 'bytes32' },
    { name: 'controlEpoch', type: 'uint32' },
    { name: 'deadline', type: 'uint256' },
  ],
}

/** As anyone can tell it without a chain. */
function idOf(controller: Hex, inceptionHash: Hex): Hex {
  const prefix = new TextEncoder().encode('pars-did-1')
  return hex(sha3_256(concat(prefix, unhex(controller), unhex(inceptionHash))))
}

describe('the registry of identities', function () {
  this.timeout(60_000)
  const id = idOf(addressOf(alice), inception)
  let system: System
  beforeEach(async () => {
    system = await System.start()
  })
  afterEach(() => system.close())

  const attempt = (by: Account, name: string, args: readonly unknown[]) =>
    system.attempt(by, registry, name, args)
  const identity = () => system.value<Identity>(registry, 'identityOf', [id])
  const controller = () => system.value<Hex>(registry, 'controllerOf', [id])
  const incept = (by: Account = alice) => attempt(by, 'incept', [inception])

  function signed(signer: Account, primaryType: keyof typeof types, message: object): Hex {
    return system.sign(signer, {
      contract: registry,
      name: 'DIDRegistry',
      types: { [primaryType]: types[primaryType] },
      primaryType,
      message,
    })
  }

  /** Brings an anchor that `signer` signed, with other values where they are told. */
  function anchorSigned(
    signer: Account,
    sequence: bigint,
    brought: { readonly head?: Hex; readonly sequence?: bigint; readonly deadline?: bigint } = {},
    controlEpoch = 0,
  ): Promise<Refusal | undefined> {
    const message = { id, head: word('b1'), sequence, deadline: system.now + 100n }
    const signature = signed(signer, 'Anchor', { ...message, controlEpoch })
    const { head, deadline, sequence: told } = { ...message, ...brought }
    return attempt(mallory, 'anchorBySignature', [id, head, told, deadline, signature])
  }

  async function give(from: Account, to: Account): Promise<void> {
    assert.equal(await attempt(from, 'offerControl', [id, addressOf(to)]), undefined)
    assert.equal(await attempt(to, 'acceptControl', [id]), undefined)
  }

  it('gives an identity the id that anyone can tell from its inception', async () => {
    assert.equal(await system.value(registry, 'idOf', [addressOf(alice), inception]), id)
    const receipt = await system.done(alice, registry, 'incept', [inception])
    const told = ['Incepted', id, addressOf(alice), inception]
    assert.deepEqual(system.events(registry, receipt), [told])
    const { anchoredAt, anchoredHeight, ...rest } = await identity()
    assert.equal(BigInt(anchoredAt), system.now)
    assert.ok(anchoredHeight > 0)
    const expected = { controller: addressOf(alice), sequence: 0n, controlEpoch: 0 }
    assert.deepEqual(rest, {
      ...expected,
      deactivated: false,
      head: inception,
      offeredTo: zero,
    })
  })

  it('cannot be forestalled: with the same inception another has another identity', async () => {
    assert.equal(await incept(mallory), undefined)
    assert.equal(await controller(), zero)
    assert.equal(await incept(), undefined)
    assert.equal(await controller(), addressOf(alice))
    assert.deepEqual(await incept(), ['AlreadyIncepted', id])
    assert.deepEqual(await attempt(alice, 'incept', [none]), ['InvalidHash'])
  })

  it('takes an inception from whoever brings it signed, once and in time', async () => {
    const message = { controller: addressOf(alice), inceptionHash: inception }
    const bring = (deadline: bigint, signature: Hex) =>
      attempt(mallory, 'inceptBySignature', [addressOf(alice), inception, deadline, signature])
    const deadline = system.now + 100n
    const good = signed(alice, 'Incept', { ...message, deadline })
    const forged = signed(mallory, 'Incept', { ...message, deadline })
    const refusal = ['InvalidSignature', addressOf(alice)]
    assert.deepEqual(await bring(deadline, forged), refusal)
    assert.deepEqual(await bring(deadline + 1n, good), refusal)
    const past = system.now
    const late = signed(alice, 'Incept', { ...message, deadline: past })
    assert.deepEqual(await bring(past, late), ['Expired', past])
    assert.equal(await bring(deadline, good), undefined)
    assert.equal(await controller(), addressOf(alice))
    assert.deepEqual(await bring(deadline, good), ['AlreadyIncepted', id])
  })

  it('anchors heads of rising sequence, which may skip', async () => {
    await incept()
    for (const sequence of [1n, 7n, 7n + 2n ** 32n]) {
      const head = word(`c${sequence % 10n}`)
      const receipt = await system.done(alice, registry, 'anchor', [id, head, sequence])
      assert.deepEqual(system.events(registry, receipt), [['Anchored', id, head, sequence]])
      const found = await identity()
      assert.deepEqual([found.head, found.sequence], [head, sequence])
      assert.equal(BigInt(found.anchoredAt), system.now)
      for (const stale of [0n, sequence - 1n, sequence]) {
        const refusal = await attempt(alice, 'anchor', [id, word('dd'), stale])
        assert.deepEqual(refusal, ['NotNewer', id, sequence])
      }
      const step = 2n ** 32n
      for (const far of [sequence + step + 1n, most]) {
        const refusal = await attempt(alice, 'anchor', [id, word('dd'), far])
        assert.deepEqual(refusal, ['TooFarAhead', id, sequence, step])
      }
    }
  })

  it('anchors by the controller alone, and no empty head', async () => {
    assert.deepEqual(await attempt(alice, 'anchor', [id, inception, 1n]), ['NoSuchIdentity', id])
    await incept()
    const refusal = ['OnlyController', id, addressOf(mallory)]
    for (const [name, args] of [
      ['anchor', [id, inception, 1n]],
      ['offerControl', [id, addressOf(mallory)]],
      ['deactivate', [id]],
    ] as const) {
      assert.deepEqual(await attempt(mallory, name, args), refusal)
    }
    assert.deepEqual(await attempt(alice, 'anchor', [id, none, 1n]), ['InvalidHash'])
  })

  it('takes an anchor from whoever brings it signed, once, in time and unchanged', async () => {
    assert.deepEqual(await anchorSigned(alice, 1n), ['NoSuchIdentity', id])
    await incept()
    const refusal = ['InvalidSignature', addressOf(alice)]
    assert.deepEqual(await anchorSigned(mallory, 1n), refusal)
    assert.deepEqual(await anchorSigned(alice, 1n, { head: word('b2') }), refusal)
    assert.deepEqual(await anchorSigned(alice, 1n, { sequence: 2n }), refusal)
    assert.deepEqual(await anchorSigned(alice, 1n, { deadline: most }), refusal)
    const past = system.now
    assert.deepEqual(await anchorSigned(alice, 1n, { deadline: past }), ['Expired', past])
    assert.equal(await anchorSigned(alice, 1n), undefined)
    assert.deepEqual(await anchorSigned(alice, 1n), ['NotNewer', id, 1n])
    assert.equal((await identity()).head, word('b1'))
  })

  it('holds a request to the last second of its deadline', async () => {
    await incept()
    const deadline = system.now + 50n
    const message = { id, head: word('b1'), sequence: 1n, controlEpoch: 0, deadline }
    const args = [id, message.head, 1n, deadline, signed(alice, 'Anchor', message)]
    system.goTo(deadline)
    assert.equal(await attempt(mallory, 'anchorBySignature', args), undefined)
  })

  it('refuses what was signed for another network, contract or by a key that was rotated', async () => {
    await incept()
    const deadline = system.now + 100n
    const message = { id, head: word('b1'), sequence: 1n, controlEpoch: 0, deadline }
    const { scene } = system
    const typed = { contract: registry, name: 'DIDRegistry', types, primaryType: 'Anchor', message }
    const bring = (signature: Hex) => {
      const { head, sequence } = message
      return attempt(mallory, 'anchorBySignature', [id, head, sequence, deadline, signature])
    }
    const refusal = ['InvalidSignature', addressOf(alice)]
    for (const domain of [
      { salt: none },
      { chainId: 1n },
      { verifyingContract: zero },
      { name: 'CheckIn' },
      { version: '2' },
    ]) {
      const digest = system.digest(typed, domain)
      assert.deepEqual(await bring(scene.signWithKey(alice, digest)), refusal)
    }
    assert.deepEqual(await bring('0x'), refusal)
    const old = scene.signWithKey(alice, system.digest(typed))
    await scene.register(alice)
    const rotated = await scene.rotate(alice, 'of alice, later')
    assert.deepEqual(await bring(old), refusal)
    assert.equal(await bring(scene.sign(rotated, system.digest(typed))), undefined)
  })

  it('hands control over in two steps, and the offer can be taken back', async () => {
    await incept()
    const accept = (by: Account) => attempt(by, 'acceptControl', [id])
    assert.deepEqual(await accept(bob), ['NotOffered', id, addressOf(bob)])
    assert.equal(await attempt(alice, 'offerControl', [id, addressOf(bob)]), undefined)
    assert.deepEqual(await accept(carol), ['NotOffered', id, addressOf(carol)])
    assert.equal(await attempt(alice, 'offerControl', [id, zero]), undefined)
    assert.deepEqual(await accept(bob), ['NotOffered', id, addressOf(bob)])
    assert.equal(await attempt(alice, 'offerControl', [id, addressOf(bob)]), undefined)
    assert.equal(await controller(), addressOf(alice))
    assert.equal(await accept(bob), undefined)
    assert.equal(await controller(), addressOf(bob))
    assert.deepEqual(await accept(bob), ['NotOffered', id, addressOf(bob)])
    assert.deepEqual(await anchorSigned(alice, 1n), ['InvalidSignature', addressOf(bob)])
    assert.equal(await anchorSigned(bob, 1n, {}, 1), undefined)
    assert.deepEqual(await incept(), ['AlreadyIncepted', id])
  })

  it('takes nothing that was signed before control went away and came back', async () => {
    await incept()
    const deadline = system.now + 1_000n
    const bring = (name: 'Anchor' | 'Deactivate', controlEpoch: number) => {
      const request = { id, controlEpoch, deadline }
      const args = name === 'Anchor' ? [id, word('b1'), 1n, deadline] : [id, deadline]
      const message = name === 'Anchor' ? { ...request, head: word('b1'), sequence: 1n } : request
      const call = name === 'Anchor' ? 'anchorBySignature' : 'deactivateBySignature'
      return attempt(mallory, call, [...args, signed(alice, name, message)])
    }
    await give(alice, bob)
    await give(bob, alice)
    const { controlEpoch, controller: back } = await identity()
    assert.deepEqual([controlEpoch, back], [2, addressOf(alice)])
    for (const epoch of [0, 1, 3]) {
      assert.deepEqual(await bring('Anchor', epoch), ['InvalidSignature', addressOf(alice)])
      assert.deepEqual(await bring('Deactivate', epoch), ['InvalidSignature', addressOf(alice)])
    }
    await give(alice, alice)
    assert.deepEqual(await bring('Anchor', 2), ['InvalidSignature', addressOf(alice)])
    assert.equal(await bring('Anchor', 3), undefined)
    assert.equal((await identity()).head, word('b1'))
    assert.equal(await bring('Deactivate', 3), undefined)
    assert.equal((await identity()).deactivated, true)
  })

  it('deactivates for good', async () => {
    await incept()
    await attempt(alice, 'anchor', [id, word('b1'), 4n])
    await attempt(alice, 'offerControl', [id, addressOf(bob)])
    assert.equal(await attempt(alice, 'deactivate', [id]), undefined)
    assert.equal(await controller(), zero)
    const found = await identity()
    assert.deepEqual([found.deactivated, found.head, found.sequence], [true, word('b1'), 4n])
    assert.equal(found.controller, addressOf(alice))
    const refusal = ['IsDeactivated', id]
    assert.deepEqual(await attempt(bob, 'acceptControl', [id]), refusal)
    assert.deepEqual(await attempt(alice, 'anchor', [id, word('b2'), 5n]), refusal)
    assert.deepEqual(await attempt(alice, 'deactivate', [id]), refusal)
    assert.deepEqual(await attempt(alice, 'offerControl', [id, zero]), refusal)
    assert.deepEqual(await anchorSigned(alice, 5n), refusal)
    assert.deepEqual(await incept(), ['AlreadyIncepted', id])
  })

  it('deactivates for whoever brings it signed', async () => {
    const bring = (signer: Account, deadline: bigint, told = deadline) => {
      const signature = signed(signer, 'Deactivate', { id, controlEpoch: 0, deadline })
      return attempt(mallory, 'deactivateBySignature', [id, told, signature])
    }
    const deadline = system.now + 100n
    assert.deepEqual(await bring(alice, deadline), ['NoSuchIdentity', id])
    await incept()
    assert.deepEqual(await bring(mallory, deadline), ['InvalidSignature', addressOf(alice)])
    assert.deepEqual(await bring(alice, deadline, most), ['InvalidSignature', addressOf(alice)])
    const past = system.now
    assert.deepEqual(await bring(alice, past), ['Expired', past])
    assert.equal(await bring(alice, deadline), undefined)
    assert.deepEqual(await bring(alice, deadline), ['IsDeactivated', id])
  })

  it('announces who controls an identity, and its end', async () => {
    await incept()
    assert.deepEqual(await system.told(alice, registry, 'offerControl', [id, addressOf(bob)]), [
      ['ControlOffered', id, addressOf(bob)],
    ])
    assert.deepEqual(await system.told(bob, registry, 'acceptControl', [id]), [
      ['ControlAccepted', id, addressOf(alice), addressOf(bob), 1],
    ])
    assert.deepEqual(await system.told(bob, registry, 'deactivate', [id]), [['Deactivated', id]])
  })

  it('serves contracts as it serves accounts', async () => {
    const contract = await system.deploy(probe('SystemProbe.sol', 'Recipient'))
    const { to, data } = passing(registry, 'incept', [inception])
    assert.equal(await system.attempt(mallory, contract, 'call', [to, data]), undefined)
    const own = idOf(contract.address, inception)
    assert.equal(await system.value(registry, 'controllerOf', [own]), contract.address)
  })
})
