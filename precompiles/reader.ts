/** What clients ask of a precompile, by the signatures that it answers to. */
import { concat, Fault, type Hex, unhex } from '#base'

import { decodeValues, encodeValues, type Parameter, selector, type Values } from './abi.ts'

/** Calls on the state of one block, the same for all of them. */
export type StateCall = (
  to: Uint8Array,
  data: Uint8Array,
) => Promise<{ readonly output: Uint8Array; readonly isReverted: boolean }>

/** The signature of a function that changes nothing. */
export interface Question<
  Inputs extends readonly Parameter[],
  Outputs extends readonly Parameter[],
> {
  readonly name: string
  readonly mutability: 'view'
  readonly inputs: Inputs
  readonly outputs: Outputs
}

export function question<
  const Inputs extends readonly Parameter[],
  const Outputs extends readonly Parameter[],
>(name: string, inputs: Inputs, outputs: Outputs): Question<Inputs, Outputs> {
  return { name, mutability: 'view', inputs, outputs }
}

/** The word for `value` in a table of states. Throws `PRECOMPILE_ANSWER` where it has none. */
export function nameIn<const Table extends Readonly<Record<string, number>>>(
  table: Table,
  value: bigint,
): NameIn<Table> {
  const name = namesIn(table).find((one) => table[one] === Number(value))
  if (name !== undefined) return name
  throw unreadable({ value })
}

/** All words of a table of states but the one for nothing. */
export function namesIn<const Table extends Readonly<Record<string, number>>>(
  table: Table,
): readonly NameIn<Table>[] {
  return Object.keys(table).filter((name): name is NameIn<Table> => name !== 'none')
}

export type NameIn<Table> = Exclude<keyof Table & string, 'none'>

const errorSelector = '08c379a0'
const reason = [['string', 'reason']] as const

export class PrecompileReader {
  readonly #precompile: string
  readonly #address: Hex
  readonly #call: StateCall

  constructor(precompile: string, address: Hex, call: StateCall) {
    this.#precompile = precompile
    this.#address = address
    this.#call = call
  }

  /** Throws `PRECOMPILE_ABSENT` and `PRECOMPILE_ANSWER`. */
  async ask<Inputs extends readonly Parameter[], Outputs extends readonly Parameter[]>(
    asked: Question<Inputs, Outputs>,
    ...values: Values<Inputs>
  ): Promise<Values<Outputs>> {
    const found = await this.find(asked, undefined, ...values)
    if (found !== undefined) return found
    throw new TypeError('no reason stands for nothing')
  }

  /** As `ask`, but undefined where the call reverts with the reason `absent`. */
  async find<Inputs extends readonly Parameter[], Outputs extends readonly Parameter[]>(
    { name, inputs, outputs }: Question<Inputs, Outputs>,
    absent: string | undefined,
    ...values: Values<Inputs>
  ): Promise<Values<Outputs> | undefined> {
    const data = concat(Uint8Array.fromHex(selector(name, inputs)), encodeValues(inputs, values))
    const { output, isReverted } = await this.#call(unhex(this.#address), data)
    if (isReverted) {
      const why = reasonOf(output)
      if (why !== undefined && why === absent) return undefined
      throw unreadable({ precompile: this.#precompile, function: name, reason: why })
    }
    const found = decodeValues(outputs, output)
    if (found === undefined) throw this.#missing()
    return found
  }

  #missing(): Fault {
    return new Fault(
      { code: 'PRECOMPILE_ABSENT', precompile: this.#precompile, address: this.#address },
      'no such precompile answers there: this network was made without it, or activates it later',
    )
  }
}

function reasonOf(output: Uint8Array): string | undefined {
  if (output.subarray(0, 4).toHex() !== errorSelector) return undefined
  return decodeValues(reason, output.subarray(4))?.[0]
}

function unreadable(facts: Readonly<Record<string, unknown>>): Fault {
  return new Fault(
    { code: 'PRECOMPILE_ANSWER', ...facts },
    'the precompile answers what this release does not know: install a newer one',
  )
}
