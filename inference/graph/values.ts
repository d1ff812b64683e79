import { refuse } from '../faults.ts'
import { limits } from '../limits.ts'
import { countElements, type TensorProto } from '../onnx/tensor.ts'
import { type BigLanes, lanesOf } from '../operators/data.ts'
import { type Interval, rangeOf } from '../operators/interval.ts'
import type { Constant, Tensor, TensorType, Value } from '../types.ts'

/** The values of a graph under compilation, by index and by name. */
export class Values {
  readonly all: Value[] = []
  readonly constants: Constant[] = []
  readonly #byName = new Map<string, Value>()
  readonly #tensors = new Map<number, Tensor>()

  input(name: string, type: TensorType): Value {
    return this.put(name, type, rangeOf(type.type))
  }

  constant({ name, type, shape, tensor, root }: TensorProto): Constant {
    const bounds = tensor === undefined ? rangeOf(type) : boundsOf(tensor)
    const constant = { ...this.put(name, { type, shape }, bounds), tensor, root }
    if (tensor !== undefined) this.#tensors.set(constant.index, tensor)
    this.constants.push(constant)
    return constant
  }

  put(name: string, { type, shape }: TensorType, { low, high }: Interval): Value {
    if (name === '') refuse('name', 'a value has no name')
    if (this.#byName.has(name)) refuse('duplicate', name)
    if (this.all.length >= limits.values.value) refuse('values', name)
    countElements(shape, name)
    const value = { index: this.all.length, name, type, shape, low, high }
    this.all.push(value)
    this.#byName.set(name, value)
    return value
  }

  /** Refuses what is not defined yet: an unknown name, or one that only a later node makes. */
  named(name: string, at: string): Value {
    return this.#byName.get(name) ?? refuse('undefined', `${at}: ${name}`)
  }

  tensor(value: Value): Tensor | undefined {
    return this.#tensors.get(value.index)
  }
}

function boundsOf({ data }: Tensor): Interval {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return bigBounds(data)
  const lanes = data.length < fewElements ? data : lanesOf(data)
  let [low, high] = [Infinity, -Infinity]
  for (let index = 0; index < lanes.length; index++) {
    const value = lanes[index] as number
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low: BigInt(low), high: BigInt(high) }
}

/** With fewer, one kind of arrays is no faster. */
const fewElements = 64

function bigBounds(data: BigLanes): Interval {
  let [low = 0n, high = 0n] = [data[0], data[0]]
  for (const value of data) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return { low, high }
}
