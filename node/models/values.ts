/** What goes into a model and comes out of it, as people and programs write it. */
import { concat, Fault, hex, unhex } from '#base'
import type { ElementType, Program, TensorData, Value } from '#inference'
import { dequantizeOutput, type Metadata, quantizeInput, readMetadata } from '#quantizer'

import { readWhole } from './files.ts'

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const

/**
 * Bytes in hexadecimal, a list of numbers, or a file: of such a list where it ends in .json, of the
 * bytes else. Throws `MODEL_FILE` and `MODEL_INPUT`.
 *
 * @param isReal The numbers are what the model was trained on: its own scale turns them to integers.
 */
export async function inputOf(
  text: string,
  program: Program,
  isReal: boolean,
): Promise<Uint8Array> {
  const bytes = await bytesOf(text, program, isReal)
  const wanted = program.cost.inputBytes
  if (bytes.length === wanted) return bytes
  throw wrongInput(`${bytes.length} bytes, not ${wanted}`)
}

async function bytesOf(text: string, program: Program, isReal: boolean): Promise<Uint8Array> {
  if (/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) return unhex(text.toLowerCase())
  if (text.trimStart().startsWith('[')) return encoded(numbersIn(text), program, isReal)
  const content = await readWhole(text)
  if (!text.endsWith('.json')) return content
  return encoded(numbersIn(new TextDecoder().decode(content)), program, isReal)
}

/** Numbers in order, however they are nested. */
export function numbersIn(text: string): readonly number[] {
  try {
    const numbers = [JSON.parse(text)].flat(Number.POSITIVE_INFINITY)
    if (numbers.every((one) => typeof one === 'number')) return numbers
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw wrongInput('not a list of numbers')
}

function encoded(numbers: readonly number[], program: Program, isReal: boolean): Uint8Array {
  if (isReal) return quantizeInput(numbers, readMetadata(program.metadata).input)
  let from = 0
  const parts = program.inputs.map(({ type, shape }) => {
    const size = sizeOf(shape)
    return bytesIn(type, numbers.slice(from, (from += size)))
  })
  if (from !== numbers.length) throw wrongInput(`${numbers.length} numbers, not ${from}`)
  return concat(...parts)
}

function bytesIn(type: ElementType, numbers: readonly number[]): Uint8Array {
  const isLarge = type === 'int64' || type === 'uint64'
  const whole = numbers.every((one) => Number.isSafeInteger(one))
  if (!whole)
    throw wrongInput('numbers that are not whole: --real takes what the model was trained on')
  const data = isLarge ? new arrays[type](numbers.map(BigInt)) : arrays[type].from(numbers)
  if (numbers.some((one, index) => Number(data[index]) !== one)) {
    throw wrongInput(`a number beyond ${type}`)
  }
  return new Uint8Array(data.buffer)
}

export interface NamedValues {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: TensorData
}

/** One after the other, as the graph's inputs or outputs are joined. */
export function tensorsOf(values: readonly Value[], bytes: Uint8Array): readonly NamedValues[] {
  let at = 0
  return values.map(({ name, type, shape }) => {
    const size = sizeOf(shape)
    const length = size * arrays[type].BYTES_PER_ELEMENT
    const copy = bytes.slice(at, (at += length))
    return { name, type, shape, data: new arrays[type](copy.buffer, 0, size) }
  })
}

/** What an output says. */
export interface Reading {
  readonly output: string
  readonly values: readonly {
    readonly name: string
    readonly values: readonly (number | string)[]
  }[]
  /** In the numbers that the model was trained on, where the model says how. */
  readonly real?: readonly number[]
  /** Of the largest number, or of the class, where the model has labels. */
  readonly label?: string
}

export function readingOf(program: Program, output: Uint8Array): Reading {
  const values = tensorsOf(program.outputs, output).map(({ name, data }) => ({
    name,
    values: Array.from(data as ArrayLike<number | bigint>, (one) =>
      typeof one === 'bigint' ? String(one) : one,
    ),
  }))
  const plain = { output: hex(output), values }
  if (!program.metadata.has('pars.output')) return plain
  const metadata = readMetadata(program.metadata)
  const real = Array.from(dequantizeOutput(output, metadata.output))
  const label = labelOf(metadata, real)
  return { ...plain, real, ...(label === undefined ? {} : { label }) }
}

function labelOf({ labels, output }: Metadata, real: readonly number[]): string | undefined {
  const isClass = output.scale === 1 && real.length === 1
  const place = isClass ? (real[0] ?? 0) : real.indexOf(Math.max(...real))
  return isClass || real.length === labels.length ? labels[place] : undefined
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((all, dimension) => all * dimension, 1)
}

function wrongInput(reason: string): Fault {
  return new Fault(
    { code: 'MODEL_INPUT', reason },
    'give the graph’s inputs, row-major, one after the other: 0x…, [1, 2, …], or a file',
  )
}
