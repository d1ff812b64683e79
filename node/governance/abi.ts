/** What contracts say, as commands print it and as a node answers. */
import { Fault, hex, type Hex } from '#base'
import { type Entry, signatureHash, type Value } from '#governance'

/** As JSON has it: numbers are decimal texts. */
export function plainValue(value: Value): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainValue(one)]))
}

/** Whether `entry` is what `name` means: a name, or a signature where several have the name. */
export function isNamed({ name = '', inputs = [] }: Entry, wanted: string): boolean {
  const types = inputs.map(({ type }) => type)
  return name === wanted || `${name}(${types.join(',')})` === wanted
}

export function selectorOf({ name = '', inputs = [] }: Entry): Hex {
  return hex(signatureHash(name, inputs).subarray(0, 4))
}

export function refuseAnswer(found: Uint8Array = new Uint8Array(0)): never {
  throw new Fault(
    { code: 'NODE_ANSWER', found: hex(found).slice(0, 80) },
    'the node does not answer as a Pars node does: name another with --rpc',
  )
}
