/** A VePars with a curve of its own, as tests speak with it. */
import assert from 'node:assert/strict'

import { decodeErrorResult, decodeEventLog, encodeFunctionData, hashTypedData } from 'viem'

import { hex, type Hex, unhex } from '#base'

import type { StoredReceipt } from '../../chain/port.ts'
import type { Account } from '../chain/attacks/network.ts'
import { addressOf, type Deployed, mallory, probe, Scene } from './scene.ts'

export const day = 86_400n
export const week = 7n * day
export const pars = 10n ** 18n

/** Weeks before the end of a lock, and the basis points that its amount weighs there. */
export type Knots = readonly (readonly [weeks: number, weight: number])[]

export const linear: Knots = [[208, 10_000]]
export const table: Knots = [
  [4, 2500],
  [26, 5000],
  [52, 7500],
  [208, 10_000],
]
export const curves: Readonly<Record<string, Knots>> = {
  linear,
  'the table': table,
  'two pieces': [
    [52, 6000],
    [208, 10_000],
  ],
  'three pieces, flat before four years': [
    [1, 100],
    [100, 9000],
    [150, 9001],
  ],
}

/** The word of storage that says so. */
export function curveWord(knots: Knots): bigint {
  return knots.reduceRight(
    (word, [weeks, weight]) => (word << 32n) | (BigInt(weight) << 16n) | BigInt(weeks),
    0n,
  )
}

export interface Lock {
  readonly id: bigint
  readonly amount: bigint
  readonly end: bigint
  readonly kept: bigint
}

export interface Standings {
  readonly votes: readonly bigint[]
  readonly balances: readonly bigint[]
  readonly delegates: readonly Hex[]
  readonly supply: bigint
}

export interface Delegation {
  readonly account: Hex
  readonly delegatee: Hex
  readonly nonce: bigint
  readonly expiry: bigint
}

const types = {
  Delegation: [
    { name: 'account', type: 'address' },
    { name: 'delegatee', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'expiry', type: 'uint256' },
  ],
} as const

export class Ve {
  readonly scene: Scene
  readonly contract: Deployed
  readonly reader: Deployed

  private constructor(scene: Scene, contract: Deployed, reader: Deployed) {
    this.scene = scene
    this.contract = contract
    this.reader = reader
  }

  /** Without knots as in a genesis that writes nothing. */
  static async start(knots: Knots = []): Promise<Ve> {
    const scene = await Scene.start()
    const contract = await scene.deploy(probe('VeProbe.sol', 'VeParsOfCurve'), [curveWord(knots)])
    return new Ve(scene, contract, await scene.deploy(probe('VeProbe.sol', 'VeReader')))
  }

  /** Of the head. */
  get now(): bigint {
    return this.scene.network.headTimestamp
  }

  /** Has the next commit be at `time`, which may be the second of the head. */
  goTo(time: bigint): void {
    this.scene.network.wait(Number(time - 1n - this.scene.network.timestamp))
  }

  /** Has the next commit be `seconds` after the last. */
  pass(seconds: bigint): void {
    this.goTo(this.scene.network.timestamp + seconds)
  }

  send(
    sender: Account,
    name: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<StoredReceipt> {
    return this.scene.send(sender, this.contract, name, args, value)
  }

  /** The receipt of a transaction that has to succeed. */
  async done(...call: Parameters<Ve['send']>): Promise<StoredReceipt> {
    const receipt = await this.send(...call)
    if (receipt.status !== 1) assert.fail(`${call[1]}: ${(await this.refusal(...call)).join(' ')}`)
    return receipt
  }

  /** The error that a transaction reverts with, or nothing. */
  async attempt(...call: Parameters<Ve['send']>): Promise<readonly unknown[] | undefined> {
    const { status } = await this.send(...call)
    // In the second, and the state, in which the transaction has just failed.
    return status === 1 ? undefined : this.refusal(...call)
  }

  async refusal(
    sender: Account,
    functionName: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<readonly unknown[]> {
    const { abi, address } = this.contract
    const data = unhex(encodeFunctionData({ abi, functionName, args }))
    const request = { from: sender.address, to: unhex(address), data, value }
    const { output, failure } = await this.scene.network.call(request)
    assert.ok(failure)
    if (output.length === 0) return [failure.message]
    const { errorName, args: facts = [] } = decodeErrorResult({ abi, data: hex(output) })
    return [errorName, ...facts.map(lower)]
  }

  async value(name: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.scene.value(this.contract, name, args)
  }

  async locksOf(account: Account): Promise<readonly Lock[]> {
    return (await this.value('locksOf', [addressOf(account)])) as readonly Lock[]
  }

  async lockOf(account: Account, index: number): Promise<Lock> {
    const lock = (await this.locksOf(account))[index]
    assert.ok(lock)
    return lock
  }

  async balanceOf(account: Account): Promise<bigint> {
    return (await this.value('balanceOf', [addressOf(account)])) as bigint
  }

  async votesOf(account: Account): Promise<bigint> {
    return (await this.value('getVotes', [addressOf(account)])) as bigint
  }

  async standings(accounts: readonly Account[], time: bigint): Promise<Standings> {
    const args = [this.contract.address, accounts.map(addressOf), time]
    const all = await this.scene.value(this.reader, 'standings', args)
    const [votes, balances, delegates, supply] = all as [bigint[], bigint[], Hex[], bigint]
    return { votes, balances, delegates: delegates.map((one) => lower(one) as Hex), supply }
  }

  /** PARS that the contract holds. */
  get holds(): bigint {
    return this.scene.network.balance(unhex(this.contract.address))
  }

  events({ logs }: StoredReceipt): readonly (readonly unknown[])[] {
    const own = logs.filter(({ address }) => hex(address) === this.contract.address)
    return own.map(({ topics, data }) => {
      const encoded = { topics: topics.map((topic) => hex(topic)) as [Hex], data: hex(data) }
      const { eventName, args } = decodeEventLog({ abi: this.contract.abi, ...encoded })
      return [eventName, ...Object.values(args as object).map(lower)]
    })
  }

  domain(): object {
    const { chainId, genesisHash } = this.scene.network.profile
    const verifyingContract = this.contract.address
    return { name: 'VePars', version: '1', chainId, verifyingContract, salt: hex(genesisHash) }
  }

  digestOf(message: Delegation, domain: object = this.domain()): Hex {
    return hashTypedData({ domain, types, primaryType: 'Delegation', message: { ...message } })
  }

  /** Brings what `signer` signed of it, as anybody may. */
  bring(
    message: Delegation,
    signature: Hex,
    by: Account = mallory,
  ): Promise<readonly unknown[] | undefined> {
    const { account, delegatee, nonce, expiry } = message
    return this.attempt(by, 'delegateByPQSig', [account, delegatee, nonce, expiry, signature])
  }

  close(): Promise<void> {
    return this.scene.close()
  }
}

/** Addresses as hex() writes them. */
function lower(fact: unknown): unknown {
  return typeof fact === 'string' && fact.startsWith('0x') ? fact.toLowerCase() : fact
}
