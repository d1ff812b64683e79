/** Stateful plugins that speak the Solidity ABI: dispatch by selector, strict arguments, events. */
import type { Hex } from '#base'

import {
  type AbiType,
  decodeValues,
  encodeValues,
  type Parameter,
  selector,
  topic,
  type Values,
} from './abi.ts'
import {
  PrecompileHalt,
  PrecompileRevert,
  type PrecompileView,
  type StatefulPrecompile,
} from './plugin.ts'
import type { Vectors } from './vectors.ts'

/** One external function. */
export interface Method {
  readonly name: string
  readonly selector: string
  readonly abi: object
  readonly isPayable: boolean
  /** From the whole input's length and leading bytes. */
  gas(input: Uint8Array): number
  call(view: PrecompileView, input: Uint8Array): Uint8Array
}

export interface MethodRules<
  Inputs extends readonly Parameter[],
  Outputs extends readonly Parameter[],
> {
  readonly name: string
  readonly mutability: 'nonpayable' | 'payable' | 'view'
  readonly inputs: Inputs
  readonly outputs: Outputs
  gas(input: Uint8Array): number
  run(view: PrecompileView, ...values: Values<Inputs>): Values<Outputs>
}

/** A function that reverts with `<name>: malformed arguments` unless its arguments are canonical. */
export function method<
  const Inputs extends readonly Parameter[],
  const Outputs extends readonly Parameter[],
>(rules: MethodRules<Inputs, Outputs>): Method {
  const { name, inputs, outputs } = rules
  return {
    name,
    selector: selector(name, inputs),
    abi: {
      type: 'function',
      name,
      inputs: inputs.map(named),
      outputs: outputs.map(named),
      stateMutability: rules.mutability,
    },
    isPayable: rules.mutability === 'payable',
    gas: (input) => rules.gas(input),
    call(view, input) {
      const values = decodeValues(inputs, input.subarray(4))
      if (values === undefined) throw new PrecompileRevert(`${name}: malformed arguments`)
      return encodeValues(outputs, rules.run(view, ...values))
    },
  }
}

/** An event whose `indexed` parameters are topics and whose `data` parameters are its data. */
export interface ContractEvent<
  Indexed extends readonly Parameter[],
  Data extends readonly Parameter[],
> {
  readonly abi: object
  emit(view: PrecompileView, indexed: Values<Indexed>, data: Values<Data>): void
}

export function event<
  const Indexed extends readonly Parameter[],
  const Data extends readonly Parameter[],
>(name: string, indexed: Indexed, data: Data): ContractEvent<Indexed, Data> {
  const first = topic(name, [...indexed, ...data])
  return {
    abi: {
      type: 'event',
      name,
      inputs: [
        ...indexed.map((parameter) => ({ ...named(parameter), indexed: true })),
        ...data.map((parameter) => ({ ...named(parameter), indexed: false })),
      ],
      anonymous: false,
    },
    emit(view, topics, values) {
      const words = encodeValues(indexed, topics)
      const rest = indexed.map((_, index) => words.subarray(index * 32, index * 32 + 32))
      view.emit([first, ...rest], encodeValues(data, values))
    },
  }
}

function named([type, name]: Parameter): { name: string; type: AbiType } {
  return { name, type }
}

export interface ContractRules {
  readonly name: string
  readonly version: string
  readonly address: Hex
  readonly gasTable: Readonly<Record<string, number>>
  readonly vectors: Vectors
  readonly methods: readonly Method[]
  readonly events: readonly { readonly abi: object }[]
}

/** Assembles a plugin: an unknown selector halts, and value to a function that is not payable. */
export function contract(rules: ContractRules): StatefulPrecompile {
  const { name, version, address, gasTable, vectors } = rules
  const methods = new Map(rules.methods.map((entry) => [entry.selector, entry]))
  const find = (input: Uint8Array): Method | undefined => methods.get(input.subarray(0, 4).toHex())
  return {
    name,
    version,
    address,
    abi: [...rules.methods.map(({ abi }) => abi), ...rules.events.map(({ abi }) => abi)],
    gasTable,
    vectors,
    stateful: true,
    gas: (input) => BigInt(find(input)?.gas(input) ?? 0),
    run(input, view) {
      const entry = find(input)
      if (entry === undefined) throw new PrecompileHalt('unknown selector')
      if (view.value !== 0n && !entry.isPayable) throw new PrecompileHalt('not payable')
      return entry.call(view, input)
    },
  }
}
