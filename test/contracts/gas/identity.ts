/** Identities, prekeys and the dead man's switch. */
import type { TypedDataParameter } from 'viem'

import type { Hex } from '#base'
import { checkIn, didRegistry, keyDirectory } from '#contracts'

import { addressOf, alice, bob, carol, type Deployed, mallory } from '../scene.ts'
import { day, System } from '../system-scene.ts'
import { type Meter, signed } from './meter.ts'

const dids: Deployed = didRegistry
const directory: Deployed = keyDirectory
const heartbeat: Deployed = checkIn

/** Without bytes that are zero, as hashes mostly are. */
const word = (byte: string): Hex => `0x${byte.repeat(32)}`

const ofPrekeys = 'uint64 epoch,bytes32 root,uint32 count,uint64 expiry'

/** Fields as EIP-712 writes them. */
function fieldsOf(text: string): TypedDataParameter[] {
  return text.split(',').map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { name, type }
  })
}

class Signing {
  readonly system: System
  readonly #contract: Deployed
  readonly #name: string

  constructor(system: System, contract: Deployed, name: string) {
    this.system = system
    this.#contract = contract
    this.#name = name
  }

  /** By alice, with her key. */
  sign(primaryType: string, fields: string, message: object): Hex {
    const types = { [primaryType]: fieldsOf(fields) }
    const typed = { contract: this.#contract, name: this.#name, types, primaryType, message }
    return signed(this.system.scene, alice, this.system.digest(typed))
  }
}

export async function measureIdentities(meter: Meter): Promise<void> {
  const system = await System.start()
  const { scene } = system
  const signing = new Signing(system, dids, 'DIDRegistry')
  const [id, other] = (await Promise.all(
    ['a1', 'a2'].map((one) => system.value<Hex>(dids, 'idOf', [addressOf(alice), word(one)])),
  )) as [Hex, Hex]
  const deadline = system.now + day
  await meter.spend(scene, '', alice, dids, 'incept', [word('a1')])
  const incepted = { controller: addressOf(alice), inceptionHash: word('a2'), deadline }
  const inception = 'address controller,bytes32 inceptionHash,uint256 deadline'
  await meter.spend(scene, 'with the key', mallory, dids, 'inceptBySignature', [
    addressOf(alice),
    word('a2'),
    deadline,
    signing.sign('Incept', inception, incepted),
  ])
  await meter.spend(scene, '', alice, dids, 'anchor', [id, word('b1'), 1n])
  const anchored = { id, head: word('b2'), sequence: 2n, controlEpoch: 0, deadline }
  const anchor = 'bytes32 id,bytes32 head,uint64 sequence,uint32 controlEpoch,uint256 deadline'
  await meter.spend(scene, 'with the key', mallory, dids, 'anchorBySignature', [
    id,
    word('b2'),
    2n,
    deadline,
    signing.sign('Anchor', anchor, anchored),
  ])
  await meter.spend(scene, '', alice, dids, 'offerControl', [id, addressOf(bob)])
  await meter.spend(scene, '', bob, dids, 'acceptControl', [id])
  await meter.spend(scene, '', bob, dids, 'deactivate', [id])
  const ended = { id: other, controlEpoch: 0, deadline }
  const end = 'bytes32 id,uint32 controlEpoch,uint256 deadline'
  await meter.spend(scene, 'with the key', mallory, dids, 'deactivateBySignature', [
    other,
    deadline,
    signing.sign('Deactivate', end, ended),
  ])
  await system.close()
}

export async function measureDirectory(meter: Meter): Promise<void> {
  const system = await System.start()
  const { scene } = system
  const signing = new Signing(system, directory, 'KeyDirectory')
  const id = await system.value<Hex>(dids, 'idOf', [addressOf(alice), word('a1')])
  await system.done(alice, dids, 'incept', [word('a1')])
  const expiry = system.now + 30n * day
  const [root, count] = [word('aa'), 100]
  for (const [epoch, when] of [
    [1n, 'first'],
    [2n, 'later'],
  ] as const) {
    const args = [epoch, root, count, expiry]
    await meter.spend(scene, when, alice, directory, 'publish', args)
    await meter.spend(scene, when, alice, directory, 'publishFor', [id, ...args])
  }
  const entry = { epoch: 3n, root, count, expiry }
  const listed = Object.values(entry)
  const own = { account: addressOf(alice), ...entry }
  await meter.spend(scene, 'later, with the key', mallory, directory, 'publishBySignature', [
    addressOf(alice),
    ...listed,
    signing.sign('Prekeys', `address account,${ofPrekeys}`, own),
  ])
  await meter.spend(scene, 'later, with the key', mallory, directory, 'publishForBySignature', [
    id,
    ...listed,
    signing.sign('IdentityPrekeys', `bytes32 id,uint32 controlEpoch,${ofPrekeys}`, {
      id,
      controlEpoch: 0,
      ...entry,
    }),
  ])
  await system.close()
}

export async function measureCheckIn(meter: Meter): Promise<void> {
  const system = await System.start()
  const { scene } = system
  const signing = new Signing(system, heartbeat, 'CheckIn')
  await meter.spend(scene, 'first', alice, heartbeat, 'arm', [day, word('ac')])
  await meter.spend(scene, 'again', alice, heartbeat, 'arm', [2n * day, word('ac')])
  await meter.spend(scene, '', alice, heartbeat, 'checkIn')
  system.goTo(system.now + 100n)
  const seenAt = system.now + 50n
  const message = { account: addressOf(alice), seenAt }
  await meter.spend(scene, 'with the key', mallory, heartbeat, 'checkInBySignature', [
    addressOf(alice),
    seenAt,
    signing.sign('CheckIn', 'address account,uint64 seenAt', message),
  ])
  system.goTo(system.now + 3n * day)
  await meter.spend(scene, '', carol, heartbeat, 'trigger', [addressOf(alice)])
  await meter.spend(scene, '', alice, heartbeat, 'disarm')
  await system.close()
}
