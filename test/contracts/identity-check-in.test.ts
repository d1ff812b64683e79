import assert from 'node:assert/strict'

import type { Hex } from '#base'
import { checkIn } from '#contracts'

import type { Account } from '../chain/attacks/network.ts'
import { addressOf, alice, bob, mallory, probe } from './scene.ts'
import { day, type Refusal, System } from './system-scene.ts'

const action: Hex = `0x${'ac'.repeat(32)}`
const none: Hex = `0x${'00'.repeat(32)}`
const hour = 3600n
const [least, most] = [hour, 1460n * day]
const account = addressOf(alice)

const types = {
  CheckIn: [
    { name: 'account', type: 'address' },
    { name: 'seenAt', type: 'uint64' },
  ],
}

describe("the dead man's switch", function () {
  this.timeout(60_000)
  let system: System
  beforeEach(async () => {
    system = await System.start()
  })
  afterEach(() => system.close())

  const attempt = (by: Account, name: string, args: readonly unknown[] = []) =>
    system.attempt(by, checkIn, name, args)
  const arm = (period = day) => attempt(alice, 'arm', [period, action])
  const trigger = () => attempt(mallory, 'trigger', [account])
  const standing = async (): Promise<readonly unknown[]> => [
    await system.value(checkIn, 'expired', [account]),
    await system.value(checkIn, 'triggered', [account]),
  ]

  const digestOf = (seenAt: bigint, domain: object = {}, whose = account): Hex =>
    system.digest(
      {
        contract: checkIn,
        name: 'CheckIn',
        types,
        primaryType: 'CheckIn',
        message: { account: whose, seenAt },
      },
      domain,
    )

  /** Brings what `signer` signed for `seenAt`, perhaps as a check-in at another time. */
  function bring(signer: Account, seenAt: bigint, told = seenAt): Promise<Refusal | undefined> {
    const signature = system.scene.signWithKey(signer, digestOf(seenAt))
    return attempt(mallory, 'checkInBySignature', [account, told, signature])
  }

  it('is off until it is armed', async () => {
    assert.deepEqual(await standing(), [false, false])
    const refusal = ['NotArmed', account]
    assert.deepEqual(await attempt(alice, 'checkIn'), refusal)
    assert.deepEqual(await attempt(alice, 'disarm'), refusal)
    assert.deepEqual(await trigger(), refusal)
    assert.deepEqual(await bring(alice, system.now), refusal)
  })

  it('takes periods from an hour to four years', async () => {
    for (const period of [0n, least - 1n, most + 1n, 2n ** 256n - 1n]) {
      assert.deepEqual(await arm(period), ['InvalidPeriod', period, least, most])
    }
    assert.equal(await arm(least), undefined)
    assert.equal(await arm(most), undefined)
    const one = await system.value<object>(checkIn, 'switchOf', [account])
    const seenAt = Number(system.now)
    assert.deepEqual(one, { period: Number(most), seenAt, triggeredAt: 0, action })
  })

  it('triggers at the second after the period, by anyone, once', async () => {
    await arm()
    const armed = system.now
    system.goTo(armed + day)
    assert.deepEqual(await trigger(), ['NotExpired', account, armed + day])
    assert.deepEqual(await standing(), [false, false])
    system.goTo(armed + day + 1n)
    const receipt = await system.done(mallory, checkIn, 'trigger', [account])
    assert.deepEqual(system.events(checkIn, receipt), [['Triggered', account, action]])
    assert.deepEqual(await standing(), [true, true])
    assert.deepEqual(await trigger(), ['AlreadyTriggered', account])
  })

  it('waits anew after every check-in, also a late one that nobody forestalled', async () => {
    await arm()
    system.goTo(system.now + 3n * day)
    assert.equal(await attempt(alice, 'checkIn'), undefined)
    assert.deepEqual(await standing(), [false, false])
    const seen = system.now
    assert.deepEqual(await trigger(), ['NotExpired', account, seen + day])
    system.goTo(seen + day + 1n)
    assert.equal(await trigger(), undefined)
  })

  it('is not undone by a check-in, and is by arming anew', async () => {
    await arm()
    system.goTo(system.now + 2n * day)
    await trigger()
    assert.deepEqual(await attempt(alice, 'checkIn'), ['AlreadyTriggered', account])
    assert.deepEqual(await bring(alice, system.now), ['AlreadyTriggered', account])
    assert.equal(await arm(), undefined)
    assert.deepEqual(await standing(), [false, false])
  })

  it('is taken away by the account alone, triggered or not', async () => {
    await arm()
    assert.deepEqual(await attempt(mallory, 'disarm'), ['NotArmed', addressOf(mallory)])
    assert.equal(await attempt(alice, 'disarm'), undefined)
    assert.deepEqual(await trigger(), ['NotArmed', account])
    await arm()
    system.goTo(system.now + 2n * day)
    await trigger()
    assert.equal(await attempt(alice, 'disarm'), undefined)
    assert.deepEqual(await standing(), [false, false])
  })

  it('announces what an account does with it', async () => {
    assert.deepEqual(await system.told(alice, checkIn, 'arm', [day, action]), [
      ['Armed', account, day, action],
    ])
    assert.deepEqual(await system.told(alice, checkIn, 'checkIn'), [
      ['CheckedIn', account, system.now],
    ])
    const seenAt = system.now + 3n
    system.goTo(seenAt + 5n)
    const args = [account, seenAt, system.scene.signWithKey(alice, digestOf(seenAt))]
    const signed = await system.told(mallory, checkIn, 'checkInBySignature', args)
    assert.deepEqual(signed, [['CheckedIn', account, seenAt]])
    assert.deepEqual(await system.told(alice, checkIn, 'disarm'), [['Disarmed', account]])
  })

  it('is one for each account', async () => {
    await arm()
    assert.equal(await attempt(bob, 'arm', [2n * day, none]), undefined)
    system.goTo(system.now + day + 1n)
    assert.deepEqual((await attempt(mallory, 'trigger', [addressOf(bob)]))?.[0], 'NotExpired')
    assert.equal(await trigger(), undefined)
    assert.equal(await system.value(checkIn, 'triggered', [addressOf(bob)]), false)
  })

  it('hears a signed check-in at the second that was signed, not that of its arrival', async () => {
    await arm()
    const armed = system.now
    system.goTo(armed + 20n * hour)
    assert.equal(await bring(alice, armed + 5n * hour), undefined)
    system.goTo(armed + day + 1n)
    assert.deepEqual(await trigger(), ['NotExpired', account, armed + day + 5n * hour])
    system.goTo(armed + day + 5n * hour + 1n)
    assert.equal(await trigger(), undefined)
  })

  it('hears no check-in twice, out of order, from before it was armed or from the future', async () => {
    await arm()
    const armed = system.now
    assert.deepEqual(await bring(alice, armed), ['NotNewer', account, armed])
    system.goTo(armed + 100n)
    assert.deepEqual(await bring(alice, armed + 101n), ['FromTheFuture', armed + 101n])
    const last = 2n ** 64n - 1n
    assert.deepEqual(await bring(alice, last), ['FromTheFuture', last])
    assert.equal(await bring(alice, armed + 50n), undefined)
    assert.deepEqual(await bring(alice, armed + 50n), ['NotNewer', account, armed + 50n])
    assert.deepEqual(await bring(alice, armed + 49n), ['NotNewer', account, armed + 50n])
  })

  it('hears nobody else, nothing changed and nothing of another network', async () => {
    await arm()
    const seenAt = system.now + 10n
    system.goTo(seenAt)
    const refusal = ['InvalidSignature', account]
    assert.deepEqual(await bring(mallory, seenAt), refusal)
    assert.deepEqual(await bring(alice, seenAt - 1n, seenAt), refusal)
    for (const domain of [{ salt: none }, { chainId: 1n }, { verifyingContract: account }]) {
      const signature = system.scene.signWithKey(alice, digestOf(seenAt, domain))
      const args = [account, seenAt, signature]
      assert.deepEqual(await attempt(mallory, 'checkInBySignature', args), refusal)
    }
    assert.equal(await bring(alice, seenAt), undefined)
  })

  it('is armed by contracts too, which check in by ERC-1271', async () => {
    const contract = await system.deploy(probe('SystemProbe.sol', 'Voucher'))
    const args = [checkIn.address, day, action]
    assert.equal(await system.attempt(mallory, contract, 'arm', args), undefined)
    const seenAt = system.now + 5n
    system.goTo(seenAt)
    const digest = digestOf(seenAt, {}, contract.address)
    const told = [contract.address, seenAt, '0x']
    const refusal = await attempt(mallory, 'checkInBySignature', told)
    assert.deepEqual(refusal, ['InvalidSignature', contract.address])
    await system.done(mallory, contract, 'vouch', [digest])
    assert.equal(await attempt(mallory, 'checkInBySignature', told), undefined)
  })
})
