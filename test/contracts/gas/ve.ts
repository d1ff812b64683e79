/** VePars, with the curve of the preset for development. */
import { hashTypedData } from 'viem'

import { hex, type Hex } from '#base'
import { vePars } from '#contracts'

import { addressOf, alice, bob, carol, dave, type Deployed } from '../scene.ts'
import { day, pars, System } from '../system-scene.ts'
import { type Meter, signed } from './meter.ts'

const ve: Deployed = vePars
const year = 364n * day

function delegation(system: System, account: Hex, delegatee: Hex, expiry: bigint): Hex {
  const { chainId, genesisHash } = system.scene.network.profile
  const uint = { type: 'uint256' } as const
  return hashTypedData({
    domain: {
      name: 'VePars',
      version: '1',
      chainId,
      verifyingContract: vePars.address,
      salt: hex(genesisHash),
    },
    types: {
      Delegation: [
        { name: 'account', type: 'address' },
        { name: 'delegatee', type: 'address' },
        { name: 'nonce', ...uint },
        { name: 'expiry', ...uint },
      ],
    },
    primaryType: 'Delegation',
    message: { account, delegatee, nonce: 0n, expiry },
  })
}

export async function measureVe(meter: Meter): Promise<void> {
  const system = await System.start()
  const { scene } = system
  const spend = (when: string, ...[by, name, ...rest]: SpendArguments) =>
    meter.spend(scene, when, by, ve, name, ...rest)

  await spend('the first of all', alice, 'lock', [year], pars)
  await spend('an account’s first', bob, 'lock', [2n * year], pars)
  await spend('its second', bob, 'lock', [3n * year], pars)
  await spend('', bob, 'increase', [0], pars)
  await spend('', bob, 'extend', [0, 4n * year])
  await spend('on', bob, 'setAutoExtend', [0, true])
  await spend('off', bob, 'setAutoExtend', [0, false])
  await spend('with one lock', alice, 'delegate', [addressOf(bob)])
  await spend('to oneself again', alice, 'delegate', [addressOf(alice)])
  const expiry = system.now + day
  for (const [who, hasRecord] of [
    [carol, false],
    [dave, true],
  ] as const) {
    await system.done(who, ve, 'lock', [year], pars)
    if (hasRecord) await scene.register(who)
    const hash = delegation(system, addressOf(who), addressOf(bob), expiry)
    const signature = signed(scene, who, hash, hasRecord)
    const when = hasRecord ? 'with a record' : 'with its key'
    await spend(when, alice, 'delegateByPQSig', [
      addressOf(who),
      addressOf(bob),
      0n,
      expiry,
      signature,
    ])
  }
  system.goTo(system.now + 2n * year)
  await spend('after a year without use', alice, 'withdraw', [0])
  await system.close()
}

type SpendArguments = [by: typeof alice, name: string, args: readonly unknown[], value?: bigint]
