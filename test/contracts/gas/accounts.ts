/** Smart accounts: their factory, session keys and recovery. */
import type { Hex } from '#base'

import type { Account } from '../../chain/attacks/network.ts'
import { addressOf, alice, bob, mallory, newcomer } from '../scene.ts'
import { factory, none, SmartAccount } from '../smart-account.ts'
import { day, pars } from '../system-scene.ts'
import { type Meter, signed } from './meter.ts'

type Type = Parameters<SmartAccount['digest']>[0]

export async function measureFactory(meter: Meter): Promise<void> {
  const smart = await SmartAccount.start()
  const { scene } = smart.system
  const args = [addressOf(bob), none]
  await meter.spend(scene, '', mallory, factory, 'create', args)
  await meter.spend(scene, 'what is there', mallory, factory, 'create', args)
  await smart.close()
}

export async function measureAccounts(meter: Meter): Promise<void> {
  const smart = await SmartAccount.start()
  await measureOwner(meter, smart)
  await measureSessions(meter, smart)
  await measureRecovery(meter, smart)
  await smart.close()
}

function sign(
  smart: SmartAccount,
  signer: Account,
  type: Type,
  message: object,
  hasRecord = false,
) {
  return signed(smart.system.scene, signer, smart.digest(type, message), hasRecord)
}

async function measureOwner(meter: Meter, smart: SmartAccount): Promise<void> {
  const { account } = smart
  const { scene } = smart.system
  const calls = [smart.play()]
  const deadline = smart.later()
  // The slots of the game are there: what is told is the account's part, as nearly as may be.
  await smart.system.done(alice, account, 'execute', [calls])
  await meter.spend(scene, 'one call', alice, account, 'execute', [calls])
  const nine = Array.from({ length: 9 }, () => smart.play())
  await meter.spend(scene, 'nine calls', alice, account, 'execute', [nine])
  const message = { calls, nonce: 0n, deadline }
  const signature = sign(smart, alice, 'Execute', message)
  const first = [calls, 0n, deadline, signature]
  const when = 'one call, with the key'
  await meter.spend(scene, when, mallory, account, 'executeBySignature', first)
}

async function measureSessions(meter: Meter, smart: SmartAccount): Promise<void> {
  const { account } = smart
  const { scene } = smart.system
  const one = { allow: [smart.allowed('move')] }
  await smart.system.done(alice, account, 'grant', [smart.key(one)])
  await meter.spend(scene, 'one function', alice, account, 'grant', [smart.key(one)])
  const most = Array.from({ length: 16 }, () => smart.allowed('move'))
  await meter.spend(scene, 'sixteen functions', alice, account, 'grant', [
    smart.key({ allow: most, holder: addressOf(bob) }),
  ])
  const calls = [smart.play()]
  const when = 'one call, sixteen functions allowed'
  await meter.spend(scene, when, bob, account, 'executeAsSession', [2n, calls])
  await measureRequests(meter, smart)
  await meter.spend(scene, '', alice, account, 'revoke', [0n])
  await meter.spend(scene, '', alice, account, 'revokeAll')
}

/** One call in a session, brought by somebody else. */
async function measureRequests(meter: Meter, smart: SmartAccount): Promise<void> {
  const { account, system } = smart
  const calls = [smart.play()]
  for (const [algorithm, hasRecord] of [
    [0x44, false],
    [0x44, true],
    [0x65, false],
    [0x65, true],
  ] as const) {
    const who = newcomer(`${algorithm} ${hasRecord}`, algorithm)
    if (hasRecord) {
      await system.pay(addressOf(who), 2n * pars)
      await system.scene.register(who)
    }
    const session = await smart.value<bigint>('sessionCount')
    const key = smart.key({ allow: [smart.allowed('move')], holder: addressOf(who) })
    await system.done(alice, account, 'grant', [key])
    const [nonce, deadline] = [0, smart.later()]
    const message = { session, calls, nonce, deadline }
    const signature = sign(smart, who, 'SessionCalls', message, hasRecord)
    const args = [session, calls, nonce, deadline, signature]
    const when = `one call, by ML-DSA-${algorithm.toString(16)} ${hasRecord ? 'with a record' : 'with its key'}`
    await meter.spend(system.scene, when, mallory, account, 'executeFromSession', args)
  }
}

async function measureRecovery(meter: Meter, smart: SmartAccount): Promise<void> {
  const { account } = smart
  const { scene } = smart.system
  const recoverer = newcomer('a recoverer', 0x65)
  const newOwner = addressOf(bob)
  const acceptance = (): Hex => sign(smart, bob, 'Accept', { newOwner })
  await meter.spend(scene, 'first', alice, account, 'setRecovery', [addressOf(recoverer), day])
  const started = (number: bigint): readonly unknown[] => {
    const deadline = smart.later()
    const signature = sign(smart, recoverer, 'Recover', { newOwner, number, deadline })
    return [newOwner, acceptance(), deadline, signature]
  }
  const when = 'two signatures with their keys'
  await meter.spend(scene, when, mallory, account, 'startRecovery', started(0n))
  await meter.spend(scene, '', alice, account, 'cancelRecovery')
  await smart.system.done(mallory, account, 'startRecovery', started(1n))
  smart.system.goTo(smart.system.now + 4n * day)
  await meter.spend(scene, '', mallory, account, 'finishRecovery')
  const back = sign(smart, alice, 'Accept', { newOwner: addressOf(alice) })
  await meter.spend(scene, 'with the key', bob, account, 'changeOwner', [addressOf(alice), back])
}
