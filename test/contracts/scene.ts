/** Contracts on a chain in memory, as tests of contracts/ speak with them. */
import assert from 'node:assert/strict'

import {
  type Abi,
  decodeErrorResult,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
} from 'viem'

import { concat, hex, type Hex, unhex } from '#base'
import { keccak256, keyHash, type SigningKey } from '#crypto'
import { contexts, foreignMessage, rotatePreimage, systemAddresses } from '#protocol'

import type { StoredReceipt } from '../../chain/port.ts'
import { type Account, accountOf, accounts, freshKey, Network } from '../chain/attacks/network.ts'
import { compile } from '../precompiles/compile.ts'

export interface Contract {
  readonly abi: Abi
  readonly bytecode: Hex
  readonly deployedBytecode?: Hex
}

export interface Deployed {
  readonly abi: Abi
  readonly address: Hex
}

export interface Reply {
  /** What the function returned. */
  readonly result: unknown
  /** The name of the error it reverted with, with its arguments; undefined when it returned. */
  readonly error: readonly unknown[] | undefined
}

const registryAbi = compile('precompiles/accounts/IAccounts.sol')['IAccounts']!.abi as Abi
const registry: Deployed = { abi: registryAbi, address: hex(systemAddresses.accounts) }

const [deployer] = accounts as readonly [Account]
export const [, alice, bob, carol, dave, mallory] = accounts as readonly [
  unknown,
  Account,
  Account,
  Account,
  Account,
  Account,
]

export const addressOf = ({ address }: Account): Hex => hex(address)

const compiled = new Map<string, ReturnType<typeof compile>>()

/** A contract of a file below test/contracts. */
export function probe(file: string, name: string): Contract {
  const all = compiled.get(file) ?? compile(`test/contracts/${file}`)
  compiled.set(file, all)
  const found = all[name]
  assert.ok(found, name)
  return { ...found, abi: found.abi as Abi }
}

export class Scene {
  readonly network: Network

  private constructor(network: Network) {
    this.network = network
  }

  /** As `Network.start`. */
  static async start(...init: Parameters<typeof Network.start>): Promise<Scene> {
    return new Scene(await Network.start(...init))
  }

  async deploy({ abi, bytecode }: Contract, args: readonly unknown[] = []): Promise<Deployed> {
    const receipt = await this.network.run(deployer, {
      to: new Uint8Array(0),
      data: unhex(encodeDeployData({ abi, bytecode, args })),
      gasLimit: 10_000_000n,
    })
    assert.equal(receipt?.status, 1)
    return { abi, address: hex(receipt.contractAddress!) }
  }

  /** By a transaction of `sender`. */
  async send(
    sender: Account,
    { abi, address }: Deployed,
    functionName: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<StoredReceipt> {
    const data = unhex(encodeFunctionData({ abi, functionName, args }))
    const fields = { to: unhex(address), data, value, gasLimit: 12_000_000n }
    const receipt = await this.network.run(sender, fields)
    assert.ok(receipt)
    return receipt
  }

  /** By eth_call. */
  async ask(
    { abi, address }: Deployed,
    functionName: string,
    args: readonly unknown[] = [],
    from: Account = deployer,
  ): Promise<Reply> {
    const { output, failure } = await this.network.call({
      from: from.address,
      to: unhex(address),
      data: unhex(encodeFunctionData({ abi, functionName, args })),
    })
    if (failure === undefined) {
      const result = decodeFunctionResult({ abi, functionName, data: hex(output) })
      return { result, error: undefined }
    }
    if (output.length === 0) return { result: undefined, error: [failure.message] }
    const error = decodeErrorResult({ abi, data: hex(output) })
    return { result: undefined, error: [error.errorName, ...(error.args ?? [])] }
  }

  async value(...call: Parameters<Scene['ask']>): Promise<unknown> {
    const { result, error } = await this.ask(...call)
    assert.equal(error, undefined)
    return result
  }

  async register(account: Account): Promise<void> {
    assert.equal((await this.send(account, registry, 'register')).status, 1)
  }

  /** The account with its new key. */
  async rotate(account: Account, name: string): Promise<Account> {
    const key = freshKey(name)
    const changes = (await this.value(registry, 'changesOf', [addressOf(account)])) as bigint
    const networkId = this.network.profile.genesisHash
    const newKeyHash = keyHash(key.algorithm, key.publicKey)
    const change = { networkId, account: account.address, changes, newKeyHash }
    const proof = key.sign(keccak256(rotatePreimage(change)), contexts.key)
    const args = [key.algorithm, hex(key.publicKey), hex(proof)]
    assert.equal((await this.send(account, registry, 'rotate', args)).status, 1)
    return { address: account.address, key }
  }

  /** The signature alone, as for an account with a record. */
  sign({ key }: { readonly key: SigningKey }, hash: Hex): Hex {
    const message = foreignMessage(this.network.profile.genesisHash, unhex(hash))
    return hex(key.sign(message, contexts.foreign))
  }

  /** With the key before it. */
  signWithKey({ key }: { readonly key: SigningKey }, hash: Hex): Hex {
    const head = concat(Uint8Array.of(key.algorithm), key.publicKey)
    return hex(concat(head, unhex(this.sign({ key }, hash))))
  }

  close(): Promise<void> {
    return this.network.close()
  }
}

export const newcomer = (name: string, algorithm: 0x44 | 0x65 | 0x87): Account =>
  accountOf(freshKey(name, algorithm))
