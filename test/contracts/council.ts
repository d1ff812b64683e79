/** A multisig of alice (3), bob (2) and carol (2) with threshold 5, and what its owners sign. */
import assert from 'node:assert/strict'

import {
  type Abi,
  encodeAbiParameters,
  encodeErrorResult,
  encodeFunctionData,
  hashTypedData,
  parseAbiParameters,
} from 'viem'

import { compare, hex, type Hex, unhex } from '#base'
import { weightedMultisig } from '#contracts'

import type { Account } from '../chain/attacks/network.ts'
import {
  addressOf,
  alice,
  bob,
  carol,
  dave,
  type Deployed,
  mallory,
  probe,
  Scene,
} from './scene.ts'

export interface Call {
  readonly to: Hex
  readonly value: bigint
  readonly data: Hex
}

export interface Approval {
  readonly owner: Hex
  readonly signature: Hex
}

export type Weights = readonly (readonly [account: Account | Hex, weight: bigint])[]

const accountOf = (account: Account | Hex): Hex =>
  typeof account === 'string' ? account : addressOf(account)

export function byAddress<Entry>(
  entries: readonly Entry[],
  account: (entry: Entry) => Hex,
): Entry[] {
  return entries.toSorted((a, b) => compare(unhex(account(a)), unhex(account(b))))
}

export function owners(weights: Weights): { account: Hex; weight: bigint }[] {
  const all = weights.map(([account, weight]) => ({ account: accountOf(account), weight }))
  return byAddress(all, ({ account }) => account)
}

export function pay(to: Account, value: bigint): Call {
  return { to: addressOf(to), value, data: '0x' }
}

/** What the multisig reverts with. */
export function encodedError(errorName: string, args: readonly unknown[]): Hex {
  const abi: Abi = weightedMultisig.abi
  return encodeErrorResult({ abi, errorName, args })
}

export function encodedApprovals(given: readonly Approval[]): Hex {
  return encodeAbiParameters(parseAbiParameters('(address owner, bytes signature)[]'), [given])
}

const types = {
  Proposal: [
    { name: 'calls', type: 'Call[]' },
    { name: 'nonce', type: 'uint256' },
    { name: 'expiry', type: 'uint256' },
  ],
  Call: [
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'data', type: 'bytes' },
  ],
  Message: [{ name: 'hash', type: 'bytes32' }],
} as const

interface Attempt {
  readonly calls?: readonly Call[]
  readonly signers?: readonly Account[]
  readonly nonce?: bigint
  readonly expiry?: bigint
  readonly given?: readonly Approval[]
}

export class Council {
  readonly scene: Scene
  readonly target: Deployed
  multisig: Deployed

  private constructor(scene: Scene, target: Deployed, multisig: Deployed) {
    this.scene = scene
    this.target = target
    this.multisig = multisig
  }

  static async start(): Promise<Council> {
    const scene = await Scene.start()
    const target = await scene.deploy(probe('PqProbe.sol', 'Target'))
    const council = new Council(scene, target, target)
    await council.replace([
      [alice, 3n],
      [bob, 2n],
      [carol, 2n],
    ])
    return council
  }

  /** Another multisig from now on. */
  async replace(weights: Weights, threshold = 5n): Promise<void> {
    this.multisig = await this.scene.deploy(weightedMultisig, [owners(weights), threshold])
  }

  later(seconds = 3600n): bigint {
    return this.scene.network.timestamp + seconds
  }

  domain(): object {
    const { chainId, genesisHash } = this.scene.network.profile
    return {
      name: 'WeightedMultisig',
      version: '1',
      chainId,
      verifyingContract: this.multisig.address,
      salt: hex(genesisHash),
    }
  }

  digestOf(calls: readonly Call[], nonce: bigint, expiry: bigint): Hex {
    const message = { calls, nonce, expiry }
    return hashTypedData({ domain: this.domain(), types, primaryType: 'Proposal', message })
  }

  messageDigestOf(hash: Hex): Hex {
    return hashTypedData({
      domain: this.domain(),
      types,
      primaryType: 'Message',
      message: { hash },
    })
  }

  approvals(digest: Hex, signers: readonly Account[]): Approval[] {
    const all = signers.map((signer) => ({
      owner: addressOf(signer),
      signature: this.scene.signWithKey(signer, digest),
    }))
    return byAddress(all, ({ owner }) => owner)
  }

  /** What `execute` would answer, and whether a transaction of anyone's then succeeds as foretold. */
  async execute(attempt: Attempt): Promise<readonly unknown[] | 'executed'> {
    const { calls = [], signers = [], expiry = this.later() } = attempt
    const nonce = attempt.nonce ?? ((await this.value('nonce')) as bigint)
    const given = attempt.given ?? this.approvals(this.digestOf(calls, nonce, expiry), signers)
    const args = [calls, expiry, given]
    const { error } = await this.scene.ask(this.multisig, 'execute', args, mallory)
    const { status } = await this.scene.send(mallory, this.multisig, 'execute', args)
    assert.equal(status, error === undefined ? 1 : 0)
    return error ?? 'executed'
  }

  value(functionName: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.scene.value(this.multisig, functionName, args)
  }

  /** By ERC-1271. */
  vouches(hash: Hex, given: readonly Approval[]): Promise<unknown> {
    return this.value('isValidSignature', [hash, encodedApprovals(given)])
  }

  /** A call of the target's function that counts. */
  increment(value = 0n): Call {
    return this.toTarget('increment', [], value)
  }

  toTarget(functionName: string, args: readonly unknown[] = [], value = 0n): Call {
    const { abi, address } = this.target
    return { to: address, value, data: encodeFunctionData({ abi, functionName, args }) }
  }

  configure(changes: Weights, threshold: bigint): Call {
    const args = [owners(changes), threshold]
    const data = encodeFunctionData({ abi: this.multisig.abi, functionName: 'configure', args })
    return { to: this.multisig.address, value: 0n, data }
  }

  /** How often the target was told to count. */
  count(): Promise<unknown> {
    return this.scene.value(this.target, 'count')
  }

  async fund(value: bigint): Promise<void> {
    const { network } = this.scene
    const receipt = await network.run(dave, { to: unhex(this.multisig.address), value })
    assert.equal(receipt?.status, 1)
    assert.equal(receipt.logs.length, 1)
  }

  close(): Promise<void> {
    return this.scene.close()
  }
}
