/** System contracts of the genesis at their addresses, as tests speak with them. */
import assert from 'node:assert/strict'

import {
  type Abi,
  decodeAbiParameters,
  decodeErrorResult,
  decodeEventLog,
  encodeFunctionData,
  hashTypedData,
  parseAbiParameters,
  type TypedDataParameter,
} from 'viem'

import { hex, type Hex, unhex } from '#base'

import type { StoredReceipt } from '../../chain/port.ts'
import type { Account } from '../chain/attacks/network.ts'
import { type Contract, type Deployed, mallory, probe, Scene } from './scene.ts'

export const day = 86_400n
export const pars = 10n ** 18n

interface Typed {
  /** Contract that the signature is for. */
  readonly contract: Deployed
  /** Its name in the domain. */
  readonly name: string
  readonly types: Readonly<Record<string, readonly TypedDataParameter[]>>
  readonly primaryType: string
  readonly message: object
}

export type Refusal = readonly unknown[]

export class System {
  readonly scene: Scene

  private constructor(scene: Scene) {
    this.scene = scene
  }

  static async start(): Promise<System> {
    return new System(await Scene.start())
  }

  /** Timestamp of the head. */
  get now(): bigint {
    return this.scene.network.headTimestamp
  }

  /** Has the next commit be at `time`, which may be the second of the head. */
  goTo(time: bigint): void {
    this.scene.network.wait(Number(time - 1n - this.scene.network.timestamp))
  }

  /** An address's PARS. */
  balance(address: Hex): bigint {
    return this.scene.network.balance(unhex(address))
  }

  async pay(to: Hex, value: bigint, from: Account = mallory): Promise<StoredReceipt> {
    const receipt = await this.scene.network.run(from, {
      to: unhex(to),
      value,
      gasLimit: 1_000_000n,
    })
    assert.ok(receipt)
    return receipt
  }

  deploy(contract: Contract, args: readonly unknown[] = []): Promise<Deployed> {
    return this.scene.deploy(contract, args)
  }

  /** The error that a transaction reverts with; undefined when it does not. */
  async attempt(...call: Parameters<Scene['send']>): Promise<Refusal | undefined> {
    const { status } = await this.scene.send(...call)
    // In the second, and the state, in which the transaction has just failed.
    return status === 1 ? undefined : this.refusal(...call)
  }

  /** The receipt of a transaction that has to succeed. */
  async done(...call: Parameters<Scene['send']>): Promise<StoredReceipt> {
    const receipt = await this.scene.send(...call)
    if (receipt.status !== 1) assert.fail(`${call[2]}: ${(await this.refusal(...call)).join(' ')}`)
    return receipt
  }

  async refusal(...call: Parameters<Scene['send']>): Promise<Refusal> {
    const [sender, { abi, address }, functionName, args = [], value = 0n] = call
    const data = unhex(encodeFunctionData({ abi, functionName, args }))
    const request = { from: sender.address, to: unhex(address), data, value }
    const { output, failure } = await this.scene.network.call(request)
    assert.ok(failure, functionName)
    return output.length === 0 ? [failure.message] : decoded(abi, hex(output))
  }

  async value<Result = unknown>(
    contract: Deployed,
    functionName: string,
    args: readonly unknown[] = [],
  ): Promise<Result> {
    return lower(await this.scene.value(contract, functionName, args)) as Result
  }

  events({ abi, address }: Deployed, { logs }: StoredReceipt): readonly (readonly unknown[])[] {
    const own = logs.filter((log) => hex(log.address) === address)
    return own.map(({ topics, data }) => {
      const encoded = { topics: topics.map((topic) => hex(topic)) as [Hex], data: hex(data) }
      const { eventName, args } = decodeEventLog({ abi, ...encoded })
      return [eventName, ...Object.values(args ?? {}).map(lower)]
    })
  }

  /** What a transaction that has to succeed announces. */
  async told(...call: Parameters<Scene['send']>): Promise<readonly (readonly unknown[])[]> {
    return this.events(call[1], await this.done(...call))
  }

  /** What EIP-712 says is signed, in the domain of this network. */
  digest({ contract, name, types, primaryType, message }: Typed, chain: object = {}): Hex {
    const { chainId, genesisHash } = this.scene.network.profile
    const verifyingContract = contract.address
    const salt = hex(genesisHash)
    const domain = { name, version: '1', chainId, verifyingContract, salt, ...chain }
    return hashTypedData({ domain, types, primaryType, message: { ...message } })
  }

  sign(signer: Account, typed: Typed): Hex {
    return this.scene.signWithKey(signer, this.digest(typed))
  }

  close(): Promise<void> {
    return this.scene.close()
  }
}

/** Name and facts of an error, with addresses as hex() writes them. */
export function decoded(abi: Abi, data: Hex): Refusal {
  const { errorName, args = [] } = decodeErrorResult({ abi, data })
  return [errorName, ...args.map(lower)]
}

/** How the call ended that a probe made when it was itself called; undefined when well. */
export async function answerOf(
  system: System,
  called: Deployed,
  abi: Abi,
): Promise<Refusal | undefined> {
  const answer = await system.value<Hex>(called, 'answer')
  assert.notEqual(answer, '0x', 'it was not called')
  const [done, output] = decodeAbiParameters(parseAbiParameters('bool, bytes'), answer)
  return done ? undefined : decoded(abi, output)
}

function lower(fact: unknown): unknown {
  if (typeof fact === 'string') return fact.startsWith('0x') ? fact.toLowerCase() : fact
  if (Array.isArray(fact)) return fact.map(lower)
  if (typeof fact !== 'object' || fact === null) return fact
  return Object.fromEntries(Object.entries(fact).map(([name, value]) => [name, lower(value)]))
}

/** A treasury with funds whose timelock is `boss`. */
export async function treasuryOf(system: System, boss: Hex, funds: bigint): Promise<Deployed> {
  const treasury = await system.deploy(probe('SystemProbe.sol', 'TreasuryOf'), [boss])
  assert.equal((await system.pay(treasury.address, funds)).status, 1)
  return treasury
}

/** Arguments of a call, as a contract that passes it on takes them. */
export function passing(
  { abi, address }: Deployed,
  functionName: string,
  args: readonly unknown[] = [],
): { readonly to: Hex; readonly data: Hex } {
  return { to: address, data: encodeFunctionData({ abi, functionName, args }) }
}
