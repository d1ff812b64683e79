/** A contract of the genesis as its ABI describes it, over JSON-RPC. */
import { Fault, type Hex, isFault, plainFacts } from '#base'
import {
  type Argument,
  type Artifact,
  decodeValues,
  encodeArguments,
  type Entry,
  readError,
  readEventAs,
  typeOf,
  type Value,
} from '#governance'

import { bytesIn, fieldsIn, listIn, type RpcAsker } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import { isNamed, refuseAnswer, selectorOf } from './abi.ts'

type Values = Readonly<Record<string, Value>>

/** What helps against a refusal, by the name of the contract's error. */
export type Cures = Readonly<Record<string, string | ((facts: Values) => string)>>

/** Who votes in the same block may be the one who reaches the quorum, and pays for noting it. */
const gasMargin = 25n

export class SystemContract {
  readonly artifact: Artifact
  readonly #cures: Cures

  constructor(artifact: Artifact, cures: Cures = {}) {
    this.artifact = artifact
    this.#cures = cures
  }

  /**
   * @param name Of the function, or its signature where several have the name.
   * @param value Wei. Throws `GOVERNANCE_ARGUMENT_INVALID`.
   */
  call(name: string, args: readonly Argument[] = [], value = 0n): Call {
    const entry = this.#entry('function', name)
    const data = encodeArguments((entry.inputs ?? []).map(typeOf), args)
    const { address: to } = this.artifact
    return { to, data: `${selectorOf(entry)}${data.toHex()}`, value, gasMargin }
  }

  /**
   * Asks on the newest block: the value, or all of them where there are several. Throws
   * `NODE_CONTRACT_MISSING`, `NODE_CONTRACT_REFUSED` and `NODE_ANSWER`.
   */
  async ask<Result>(rpc: RpcAsker, name: string, args: readonly Argument[] = []): Promise<Result> {
    const { to, data } = this.call(name, args)
    const answer = await this.explained(rpc.ask('eth_call', { to, data }, 'latest'))
    const { outputs = [] } = this.#entry('function', name)
    const bytes = bytesIn(answer)
    if (bytes.length === 0 && outputs.length > 0) throw this.#missing()
    const values = decodeValues(outputs, bytes) ?? refuseAnswer(bytes)
    return (values.length === 1 ? values[0] : values) as Result
  }

  /** The arguments of the first event of that name in a transaction. Throws `NODE_ANSWER`. */
  async event<Result>(rpc: RpcAsker, name: string, transaction: Hex): Promise<Result> {
    const entry = this.#entry('event', name)
    const { logs } = fieldsIn(await rpc.ask('eth_getTransactionReceipt', transaction))
    for (const log of listIn(logs)) {
      const { address, topics, data } = fieldsIn(log)
      if (address !== this.artifact.address) continue
      const words = listIn(topics).map((topic) => bytesIn(topic, 32))
      const found = readEventAs(entry, { topics: words, data: bytesIn(data) })
      if (found !== undefined) return found.args as Result
    }
    return refuseAnswer(new Uint8Array(0))
  }

  /** Gives `NODE_CONTRACT_REFUSED` for a revert with an error of a system contract. */
  async explained<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer
    } catch (error) {
      throw this.#refusal(error) ?? error
    }
  }

  #refusal(error: unknown): Fault | undefined {
    const data = revertData(error)
    if (data === undefined) return undefined
    // What a contract calls may refuse with an error of its own.
    const found = readError(data)
    if (found === undefined) return undefined
    const { name, args } = found
    const own = this.artifact.abi.some((one) => one.type === 'error' && one.name === name)
    const contract = own ? this.artifact.contractName : found.contract
    const cure = this.#cures[name] ?? 'the contract refuses the call, and nothing has changed'
    return new Fault(
      { code: 'NODE_CONTRACT_REFUSED', contract, error: name, ...plainFacts(args) },
      typeof cure === 'string' ? cure : cure(args),
      { cause: error },
    )
  }

  #entry(type: 'event' | 'function', name: string): Entry {
    const found = this.artifact.abi.find((one) => one.type === type && isNamed(one, name))
    if (found !== undefined) return found
    throw new TypeError(`${this.artifact.contractName} has no ${type} ${name}`)
  }

  #missing(): Fault {
    const { contractName: contract, address } = this.artifact
    return new Fault(
      { code: 'NODE_CONTRACT_MISSING', contract, address },
      'nothing answers there: this network was made without it, so name another with --rpc',
    )
  }
}

/** What a call reverted with, whole: the facts of the refusal may have cut it. */
export function revertData(error: unknown): Uint8Array | undefined {
  if (!isFault(error, 'NODE_REFUSED') || !('data' in error.facts)) return undefined
  const { data } = fieldsIn(error.cause)
  return typeof data === 'string' ? bytesIn(data) : undefined
}
