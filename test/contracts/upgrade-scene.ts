/** A chain whose timelock is a puppet, so that a test schedules upgrades without a vote. */
import path from 'node:path'

import { encodeFunctionData } from 'viem'

import { hex, type Hex, type Log, silent, unhex } from '#base'
import { chainParams, upgradeSchedule, validatorSet } from '#contracts'
import type { Genesis, GenesisValidator } from '#genesis'
import { importPackage, type Precompile, specHash } from '#precompiles'
import { systemAddresses } from '#protocol'

import { Engine } from '../../chain/engine/engine.ts'
import type { ParsProfile } from '../../chain/pars/profile.ts'
import type { Account, Network } from '../chain/attacks/network.ts'
import { alice, bob, carol, dave, type Deployed, probe, type Reply, Scene } from './scene.ts'

export const schedule: Deployed = upgradeSchedule
export const parameters: Deployed = chainParams
export const validators: Deployed = validatorSet

const timelock = hex(systemAddresses.timelock)
const registry = hex(systemAddresses.pipRegistry)

const folder = path.join(import.meta.dirname, '../../examples/blake2b')

/** A plugin that no genesis names. */
export const example = await importPackage(folder, 'blake2b')

export interface PluginEntry {
  readonly name: string
  readonly version: string
  readonly account: Hex
  readonly specHash: Hex
  readonly module: string
  readonly integrity: Hex
}

export const entry: PluginEntry = {
  name: example.name,
  version: example.version,
  account: example.address,
  specHash: hex(specHash(example)),
  module: '',
  integrity: '0x',
}

/** ASCII in a word, as Solidity writes a literal into bytes32. */
export function key(name: string): Hex {
  return `0x${Buffer.from(name.padEnd(32, '\0'), 'latin1').toString('hex')}`
}

/** 40, 30, 20 and 10 per cent of the stake. */
export function committee(genesis: Genesis): Genesis {
  const stakes: readonly (readonly [Account, bigint])[] = [
    [alice, 4n],
    [bob, 3n],
    [carol, 2n],
    [dave, 1n],
  ]
  const members = stakes.map(
    (
      [
        {
          address,
          key: { publicKey },
        },
        stake,
      ],
      index,
    ): GenesisValidator => ({
      account: address,
      publicKey,
      stake,
      peerId: `peer${index}`,
      proof: new Uint8Array(0),
    }),
  )
  return { ...genesis, validators: members }
}

/** An empty commit of another engine over the same store, which stays open. Gives its block's number. */
export async function goOn(
  network: Network,
  profile: ParsProfile,
  log: Log = silent,
): Promise<bigint> {
  const engine = await Engine.open({ store: network.store, profile, log, archive: true })
  const { timestamp } = engine.head.header
  const commit = {
    epoch: 0n,
    index: 1_000n,
    digest: new Uint8Array(32),
    timestamp,
    bodies: [],
    verified: [],
    evenEmpty: true,
  }
  const { blocks } = await engine.execute(commit)
  return blocks[0]?.header.number ?? 0n
}

export class UpgradeScene {
  readonly scene: Scene
  readonly #puppet: Deployed

  private constructor(scene: Scene, puppet: Deployed) {
    this.scene = scene
    this.#puppet = puppet
  }

  static async start(
    extra: readonly Precompile[] = [example],
    change: (genesis: Genesis) => Genesis = (genesis) => genesis,
  ): Promise<UpgradeScene> {
    const [puppet, stand] = ['Puppet', 'PuppetRegistry'].map((name) => probe('Puppet.sol', name))
    const code = new Map([
      [timelock, unhex(puppet!.deployedBytecode!)],
      [registry, unhex(stand!.deployedBytecode!)],
    ])
    const scene = await Scene.start(change, extra, code)
    return new UpgradeScene(scene, { abi: puppet!.abi, address: timelock })
  }

  /** A call of the timelock: what it reverts with, undefined when it was done. */
  async govern(
    target: Deployed,
    functionName: string,
    args: readonly unknown[],
  ): Promise<Reply['error']> {
    const data = encodeFunctionData({ abi: target.abi, functionName, args })
    const asked = await this.scene.ask(
      { abi: [...this.#puppet.abi, ...target.abi, ...chainParams.abi], address: timelock },
      'act',
      [target.address, data],
    )
    await this.scene.send(alice, this.#puppet, 'act', [target.address, data])
    return asked.error
  }

  /** Blocks, until the timestamp of the one before the last is `seconds` later. */
  async pass(seconds: number): Promise<void> {
    this.scene.network.wait(seconds)
    await this.block()
    await this.block()
  }

  /** With one transaction: nothing makes an empty block here. */
  async block(): Promise<void> {
    await this.scene.network.run(bob)
  }

  ready(account: Account, upgrade = 1n, isReady = true): Promise<unknown> {
    const args = [upgrade, hex(account.address), isReady]
    return this.scene.send(account, validators, 'setReady', args)
  }
}
