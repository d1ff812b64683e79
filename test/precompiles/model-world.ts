/** The four precompiles of models over one memory: callers, blocks and wei as the test says. */
import { type Abi, decodeFunctionResult, encodeFunctionData, toHex } from 'viem'

import { fixed, type Hex, hex, unhex } from '#base'
import { sha3_256 } from '#crypto'
import { callInMemory, MemoryState, type Outcome, type Precompile } from '#precompiles'

import infer from '../../precompiles/infer/index.ts'
import claims from '../../precompiles/inference-claims/index.ts'
import models from '../../precompiles/models/index.ts'
import verify from '../../precompiles/verify-inference/index.ts'

export const plugins = { models, infer, verify, claims }
export type PluginName = keyof typeof plugins

const chunkBytes = 32_768

export const alice: Uint8Array = fixed(0xa11ce, 20)
export const bob: Uint8Array = fixed(0xb0b, 20)

export interface CallOptions {
  readonly from?: Uint8Array
  readonly value?: bigint
  readonly isStatic?: boolean
  readonly gasLimit?: bigint
}

/** A call that did not return. */
class Failed extends Error {}

export class ModelWorld {
  timestamp = 1_700_000_000n
  height = 100n
  readonly networkId: Uint8Array = new Uint8Array(32).fill(0x47)
  readonly states: Record<PluginName, MemoryState>

  constructor() {
    const blobs = new Map<string, Uint8Array>()
    const others = new Map<string, ReadonlyMap<string, Uint8Array>>()
    const entries = Object.entries(plugins).map(([name, { address }]) => {
      const state = new MemoryState()
      Object.assign(state, { blobs, others })
      others.set(address.slice(2), state.storage)
      return [name, state] as const
    })
    this.states = Object.fromEntries(entries) as Record<PluginName, MemoryState>
  }

  outcome(
    to: PluginName,
    functionName: string,
    args: readonly unknown[] = [],
    { from = alice, value = 0n, isStatic = false, gasLimit = 16_777_216n }: CallOptions = {},
  ): Outcome {
    const plugin: Precompile = plugins[to]
    const abi = plugin.abi as Abi
    const input = unhex(encodeFunctionData({ abi, functionName, args: args.map(toViem) }))
    return callInMemory(plugin, input, this.states[to], {
      caller: from,
      origin: from,
      value,
      isStatic,
      gasLimit,
      timestamp: this.timestamp,
      height: this.height,
      networkId: this.networkId,
    })
  }

  /** What the function returns, decoded by viem. Throws Failed with the reason. */
  call(to: PluginName, name: string, args?: readonly unknown[], options?: CallOptions): unknown {
    const outcome = this.outcome(to, name, args, options)
    if (outcome.status !== 'returned') throw new Failed(`${outcome.status}: ${outcome.reason}`)
    const data = hex(outcome.output)
    if (data === '0x') return undefined
    return decodeFunctionResult({ abi: plugins[to].abi as Abi, functionName: name, data })
  }

  pass(seconds: bigint, blocks: bigint): void {
    this.timestamp += seconds
    this.height += blocks
  }

  balance(of: Uint8Array): bigint {
    return this.states.claims.balances.get(of.toHex()) ?? 0n
  }

  /** Registers `model` whole and makes it active. @returns Its id. */
  registered(model: Uint8Array, kind: number, name = 'model'): Hex {
    const id = this.drafted(model, kind, name)
    for (const [index, chunk] of chunksOf(model).entries()) {
      this.call('models', 'putChunk', [id, BigInt(index), chunk])
    }
    this.call('models', 'finalize', [id])
    return id
  }

  drafted(model: Uint8Array, kind: number, name = 'model'): Hex {
    const texts = ['MIT', '{}']
    const size = BigInt(model.length)
    return this.call('models', 'register', [name, sha3_256(model), size, 1n, kind, ...texts]) as Hex
  }
}

export function chunksOf(model: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(model.length / chunkBytes) }, (_, index) =>
    model.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
}

function toViem(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  return Array.isArray(value) ? value.map(toViem) : value
}
