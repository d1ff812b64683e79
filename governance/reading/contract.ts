/** The contracts of the genesis, asked by the names of their ABI. */
import { concat, Fault, hex, type Hex, unhex } from '#base'
import type { StateCall } from '#precompiles'

import type { Argument } from '../abi/argument.ts'
import { encodeArguments } from '../abi/encode.ts'
import { limits } from '../limits.ts'
import { type Artifact, type Entry, errorName } from './artifacts.ts'
import { decodeValues, signatureHash, typeOf } from './value.ts'

/** `none` where the contract answers with the error that means so. */
export const none: unique symbol = Symbol('none')

/** What `read` gives for 0 to `count` - 1, a few at a time. */
export async function readEach<Result>(
  count: number,
  read: (index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const found: Result[] = []
  for (let start = 0; start < count; start += limits.callsAtOnce.value) {
    const length = Math.min(limits.callsAtOnce.value, count - start)
    found.push(...(await Promise.all(Array.from({ length }, (_, index) => read(start + index)))))
  }
  return found
}

export class ContractReader {
  readonly #artifact: Artifact
  readonly #address: Uint8Array
  readonly #call: StateCall

  /** @param at Where it stands, for one that stands in many places. */
  constructor(artifact: Artifact, call: StateCall, at: Hex = artifact.address) {
    this.#artifact = artifact
    this.#address = unhex(at)
    this.#call = call
  }

  /**
   * What a function returns: the value, or all of them where there are several. Throws
   * `GOVERNANCE_ARGUMENT_INVALID`, `GOVERNANCE_READ_REFUSED` and `GOVERNANCE_CONTRACT_ABSENT`.
   */
  async ask<Result>(name: string, args: readonly Argument[] = []): Promise<Result> {
    const found = await this.find<Result>(name, args, [])
    if (found === none) throw new TypeError('no error stands for nothing')
    return found
  }

  /** As `ask`, but the errors named in `absent` are an answer too. */
  async find<Result>(
    name: string,
    args: readonly Argument[],
    absent: readonly string[],
  ): Promise<Result | typeof none> {
    const { inputs = [], outputs = [] } = this.#function(name)
    const data = encodeArguments(inputs.map(typeOf), args)
    const selector = signatureHash(name, inputs).subarray(0, 4)
    const { output, isReverted } = await this.#call(this.#address, concat(selector, data))
    if (isReverted) {
      const error = errorName(output)
      if (error !== undefined && absent.includes(error)) return none
      throw this.#refused(name, error ?? hex(output.subarray(0, 68)))
    }
    const values = output.length === 0 ? undefined : decodeValues(outputs, output)
    if (values === undefined) throw this.#missing()
    return (values.length === 1 ? values[0] : values) as Result
  }

  #function(name: string): Entry {
    const found = this.#artifact.abi.find((one) => one.type === 'function' && one.name === name)
    if (found !== undefined) return found
    throw new TypeError(`${this.#artifact.contractName} has no function ${name}`)
  }

  #refused(name: string, error: string): Fault {
    const { contractName: contract } = this.#artifact
    return new Fault(
      { code: 'GOVERNANCE_READ_REFUSED', contract, function: name, error },
      'the contract answers this question with an error, in this state and for these arguments',
    )
  }

  #missing(): Fault {
    const { contractName: contract } = this.#artifact
    return new Fault(
      { code: 'GOVERNANCE_CONTRACT_ABSENT', contract, address: hex(this.#address) },
      'the contract that every network of this release has does not answer there: ask another node',
    )
  }
}
