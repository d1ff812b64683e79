import assert from 'node:assert/strict'

import type { Hex } from '#base'
import { checkIn } from '#contracts'

import { addressOf, alice, bob, carol, mallory, newcomer, probe } from './scene.ts'
import { none, SmartAccount, zero } from './smart-account.ts'
import { day, passing, type Refusal } from './system-scene.ts'

/** A key that nobody has seen until it recovers. */
const recoverer = newcomer('recoverer', 0x87)
const [least, most] = [day, 365n * day]
const delay = 7n * day

interface Recovery {
  readonly recoverer: Hex
  readonly delay: bigint
  readonly cancels: number
  readonly number: bigint
  readonly newOwner: Hex
  readonly due: bigint
  readonly nextRecoverer: Hex
  readonly nextDelay: bigint
  readonly nextFrom: bigint
}

interface Start {
  readonly newOwner?: Hex
  readonly number?: bigint
  readonly deadline?: bigint
  readonly by?: typeof recoverer
  readonly acceptance?: Hex
  readonly domain?: object
  readonly signature?: Hex
}

describe('the recovery of a smart account', function () {
  this.timeout(60_000)
  let smart: SmartAccount
  beforeEach(async () => {
    smart = await SmartAccount.start()
  })
  afterEach(() => smart.close())

  const set = (who: Hex = addressOf(recoverer), after = delay) =>
    smart.attempt(alice, 'setRecovery', [who, after])
  const state = () => smart.value<Recovery>('recovery')
  const cancel = () => smart.attempt(alice, 'cancelRecovery')
  const finish = () => smart.attempt(mallory, 'finishRecovery')
  const accepted = (newOwner = addressOf(bob), by = bob) => smart.sign(by, 'Accept', { newOwner })

  function start(request: Start = {}): Promise<Refusal | undefined> {
    const { newOwner = addressOf(bob), number = 0n, deadline = smart.later(), domain } = request
    const message = { newOwner, number, deadline }
    const by = request.by ?? recoverer
    const signature = request.signature ?? smart.sign(by, 'Recover', message, domain)
    const acceptance = request.acceptance ?? accepted(newOwner)
    const args = [newOwner, acceptance, deadline, signature]
    return smart.attempt(mallory, 'startRecovery', args)
  }

  it('gives the account to the new owner after the delay, and session keys to nobody', async () => {
    await set()
    await smart.grant({ expiry: smart.later(30n * day) })
    assert.equal(await start(), undefined)
    const due = smart.system.now + delay
    assert.deepEqual(await state(), {
      recoverer: addressOf(recoverer),
      delay,
      cancels: 0,
      number: 1n,
      newOwner: addressOf(bob),
      due,
      nextRecoverer: zero,
      nextDelay: 0n,
      nextFrom: 0n,
    })
    assert.equal(await smart.attempt(alice, 'execute', [[smart.play()]]), undefined)
    smart.system.goTo(due - 1n)
    assert.deepEqual(await finish(), ['RecoveryNotDue', due])
    smart.system.goTo(due)
    assert.deepEqual(await cancel(), ['RecoveryIsDue', due])
    assert.equal(await finish(), undefined)
    assert.equal(await smart.value('owner'), addressOf(bob))
    assert.deepEqual(await smart.inSession([smart.play()]), ['Revoked', 0n])
    assert.deepEqual(await finish(), ['NoRecovery'])
    assert.deepEqual(await smart.attempt(alice, 'execute', [[smart.play()]]), [
      'OnlyOwner',
      addressOf(alice),
    ])
  })

  it('is off until the owner names a recoverer, with a delay of a day to a year', async () => {
    assert.deepEqual(await start(), ['NoRecoverer'])
    assert.deepEqual(await cancel(), ['NoRecovery'])
    assert.deepEqual(await finish(), ['NoRecovery'])
    const stranger = await smart.attempt(mallory, 'setRecovery', [addressOf(mallory), delay])
    assert.deepEqual(stranger, ['OnlyOwner', addressOf(mallory)])
    for (const wrong of [0n, least - 1n, most + 1n, 2n ** 256n - 1n]) {
      const refusal = await set(addressOf(recoverer), wrong)
      assert.deepEqual(refusal, ['InvalidDelay', wrong, least, most])
    }
    assert.deepEqual(await set(zero), ['InvalidRecoverer', zero])
    assert.deepEqual(await set(smart.account.address), ['InvalidRecoverer', smart.account.address])
    assert.equal(await set(addressOf(recoverer), most), undefined)
    const stopped = await smart.attempt(mallory, 'cancelRecovery')
    assert.deepEqual(stopped, ['OnlyOwner', addressOf(mallory)])
  })

  it('takes the signature of the recoverer alone, for this start, account and network', async () => {
    await set()
    const refusal = ['InvalidSignature', addressOf(recoverer)]
    assert.deepEqual(await start({ by: mallory }), refusal)
    assert.deepEqual(await start({ by: alice }), refusal)
    assert.deepEqual(await start({ number: 1n }), refusal)
    for (const domain of [{ salt: none }, { chainId: 1n }, { verifyingContract: zero }]) {
      assert.deepEqual(await start({ domain }), refusal)
    }
    const deadline = smart.later()
    const message = { newOwner: addressOf(bob), number: 0n, deadline }
    const signature = smart.sign(recoverer, 'Recover', message)
    const another = { newOwner: addressOf(carol), acceptance: accepted(addressOf(carol), carol) }
    assert.deepEqual(await start({ signature, deadline, ...another }), refusal)
    const past = smart.system.now
    assert.deepEqual(await start({ deadline: past }), ['Expired', past])
    assert.equal(await start({ signature, deadline }), undefined)
    assert.deepEqual(await start({ number: 1n }), ['RecoveryUnderWay', addressOf(bob)])
    await cancel()
    assert.deepEqual(await start({ signature, deadline }), refusal, 'a start is signed once')
  })

  it('gives the account to nobody who did not accept it', async () => {
    await set()
    const refusal = ['InvalidSignature', addressOf(bob)]
    assert.deepEqual(await start({ acceptance: '0x' }), refusal)
    assert.deepEqual(await start({ acceptance: accepted(addressOf(bob), mallory) }), refusal)
    for (const newOwner of [zero, smart.account.address]) {
      assert.deepEqual(await start({ newOwner }), ['InvalidOwner', newOwner])
    }
  })

  it('can be stopped twice in a row, each time for a longer wait, and the third time not', async () => {
    await set()
    for (const number of [0n, 1n]) {
      assert.equal(await start({ number }), undefined)
      assert.equal((await state()).due, smart.system.now + (delay << number))
      assert.equal(await cancel(), undefined)
      const { cancels, newOwner, due } = await state()
      assert.deepEqual([cancels, newOwner, due], [Number(number) + 1, zero, 0n])
    }
    assert.equal(await start({ number: 2n }), undefined)
    const { due } = await state()
    assert.equal(due, smart.system.now + (delay << 2n))
    assert.deepEqual(await cancel(), ['NoMoreCancels', 2n])
    smart.system.goTo(due)
    assert.equal(await finish(), undefined)
    assert.equal(await smart.value('owner'), addressOf(bob))
    const after = await state()
    assert.deepEqual([after.cancels, after.delay], [0, delay])
  })

  it('outlasts a thief of the key, who neither names another recoverer nor hands on', async () => {
    await set()
    assert.equal(await set(addressOf(mallory), least), undefined)
    const from = smart.system.now + delay
    const { recoverer: inForce, nextRecoverer, nextFrom } = await state()
    assert.deepEqual(
      [inForce, nextRecoverer, nextFrom],
      [addressOf(recoverer), addressOf(mallory), from],
    )
    assert.equal(await start(), undefined)
    assert.equal((await state()).nextFrom, 0n, 'the start forgets it')
    assert.deepEqual(await set(addressOf(mallory), least), ['RecoveryUnderWay', addressOf(bob)])
    assert.deepEqual(await set(zero, 0n), ['RecoveryUnderWay', addressOf(bob)])
    const newOwner = addressOf(mallory)
    const acceptance = accepted(newOwner, mallory)
    assert.equal(await smart.attempt(alice, 'changeOwner', [newOwner, acceptance]), undefined)
    smart.system.goTo((await state()).due)
    assert.equal(await finish(), undefined)
    assert.equal(await smart.value('owner'), addressOf(bob))
  })

  it('has another recoverer, or none, after the delay in force', async () => {
    await set()
    await start()
    await cancel()
    assert.equal(await set(addressOf(carol), least), undefined)
    const from = smart.system.now + 2n * delay
    smart.system.goTo(from - 1n)
    const refusal = ['InvalidSignature', addressOf(recoverer)]
    const late = from + 100n
    assert.deepEqual(await start({ number: 1n, by: carol, deadline: late }), refusal)
    smart.system.goTo(from)
    await smart.system.pay(smart.account.address, 1n)
    const settled = await state()
    assert.deepEqual(
      [settled.recoverer, settled.delay, settled.cancels, settled.nextFrom],
      [addressOf(carol), least, 0, 0n],
    )
    assert.equal(await start({ number: 1n, by: carol, deadline: late }), undefined)
    assert.equal((await state()).due, smart.system.now + least)
    await cancel()
    assert.equal(await set(zero, 0n), undefined)
    smart.system.goTo(smart.system.now + 2n * least)
    const gone = await start({ number: 2n, by: carol, deadline: smart.later(5n * day) })
    assert.deepEqual(gone, ['NoRecoverer'])
    assert.equal(await set(addressOf(recoverer), least), undefined)
    const again = await state()
    assert.deepEqual([again.recoverer, again.cancels], [addressOf(recoverer), 0])
  })

  it("is due a day after the account's switch has triggered", async () => {
    const arm = { ...passing(checkIn, 'arm', [day, none]), value: 0n }
    await smart.attempt(alice, 'execute', [[arm]])
    await set(addressOf(recoverer), most)
    smart.system.goTo(smart.system.now + 2n * day)
    assert.equal(await start({ deadline: smart.later(9n * day) }), undefined)
    const started = smart.system.now
    assert.equal((await state()).due, started + most)
    await smart.system.done(mallory, checkIn, 'trigger', [smart.account.address])
    const due = smart.system.now + least
    assert.ok(due > started + least)
    assert.equal((await state()).due, due)
    smart.system.goTo(due - 1n)
    assert.deepEqual(await finish(), ['RecoveryNotDue', due])
    smart.system.goTo(due)
    assert.equal(await finish(), undefined)
    assert.equal(await smart.value('owner'), addressOf(bob))
  })

  it('waits its full time again when the owner is heard of', async () => {
    const arm = { ...passing(checkIn, 'arm', [day, none]), value: 0n }
    await smart.attempt(alice, 'execute', [[arm]])
    await set()
    smart.system.goTo(smart.system.now + 2n * day)
    await smart.system.done(mallory, checkIn, 'trigger', [smart.account.address])
    await start()
    const started = smart.system.now
    assert.equal((await state()).due, started + least, 'a day from the start, not from before it')
    await smart.attempt(alice, 'execute', [[arm]])
    assert.equal((await state()).due, started + delay)
    assert.equal(await cancel(), undefined)
  })

  it('is due no later because the switch has triggered', async () => {
    const arm = { ...passing(checkIn, 'arm', [day, none]), value: 0n }
    await smart.attempt(alice, 'execute', [[arm]])
    await set(addressOf(recoverer), least)
    smart.system.goTo(smart.system.now + 2n * day)
    assert.equal(await start({ deadline: smart.later(9n * day) }), undefined)
    const due = smart.system.now + least
    smart.system.goTo(due - 10n)
    await smart.system.done(mallory, checkIn, 'trigger', [smart.account.address])
    assert.equal((await state()).due, due)
    smart.system.goTo(due)
    assert.equal(await finish(), undefined)
  })

  it('is announced at every step', async () => {
    const { system, account } = smart
    const args = [addressOf(recoverer), delay]
    const [event] = await system.told(alice, account, 'setRecovery', args)
    assert.deepEqual(event, ['RecovererSet', ...args, system.now])
    const [later] = await system.told(alice, account, 'setRecovery', args)
    assert.deepEqual(later, ['RecovererSet', ...args, system.now + delay])
    const [newOwner, deadline] = [addressOf(bob), smart.later()]
    for (const [number, cancelled] of [
      [0n, true],
      [1n, false],
    ] as const) {
      const signature = smart.sign(recoverer, 'Recover', { newOwner, number, deadline })
      const given = [newOwner, accepted(), deadline, signature]
      const [started] = await system.told(mallory, account, 'startRecovery', given)
      const due = system.now + (delay << number)
      assert.deepEqual(started, ['RecoveryStarted', newOwner, number, due])
      if (!cancelled) continue
      assert.deepEqual(await system.told(alice, account, 'cancelRecovery'), [
        ['RecoveryCancelled', newOwner, 1],
      ])
    }
    system.goTo((await state()).due)
    const finished = await system.told(mallory, account, 'finishRecovery')
    assert.deepEqual(finished, [['OwnerChanged', addressOf(alice), newOwner]])
  })

  it('may be in the hands of a contract of guardians', async () => {
    const contract = await smart.system.deploy(probe('SystemProbe.sol', 'Voucher'))
    await set(contract.address)
    const deadline = smart.later()
    const message = { newOwner: addressOf(bob), number: 0n, deadline }
    const request = { signature: '0x', deadline } as const
    assert.deepEqual(await start(request), ['InvalidSignature', contract.address])
    await smart.system.done(mallory, contract, 'vouch', [smart.digest('Recover', message)])
    assert.equal(await start(request), undefined)
  })
})
