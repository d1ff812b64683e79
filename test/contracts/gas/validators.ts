/** What members of a committee say of an upgrade. */
import { empty } from '#base'

import { addressOf, alice, bob } from '../scene.ts'
import { example, key, schedule, UpgradeScene, validators } from '../upgrade-scene.ts'
import type { Meter } from './meter.ts'

export async function measureValidators(meter: Meter): Promise<void> {
  const { address: account, key: own } = alice
  const member = { account, publicKey: own.publicKey, stake: 4n, peerId: 'peer', proof: empty }
  const upgrades = await UpgradeScene.start([example], (genesis) => ({
    ...genesis,
    validators: [member],
  }))
  const { scene } = upgrades
  await upgrades.govern(schedule, 'schedule', [0n, [], [{ key: key('vote.delay'), value: 2n }]])
  await meter.spend(scene, 'first', alice, validators, 'setOperator', [addressOf(bob)])
  await meter.spend(scene, 'again', alice, validators, 'setOperator', [addressOf(alice)])
  const ready = [1n, addressOf(alice)]
  await meter.spend(scene, 'the first of an upgrade', alice, validators, 'setReady', [
    ...ready,
    true,
  ])
  await meter.spend(scene, 'taken back', alice, validators, 'setReady', [...ready, false])
  await scene.close()
}
