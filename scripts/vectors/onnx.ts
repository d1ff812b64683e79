/** Small ONNX files, byte by byte. @see onnx.proto3 of ONNX 1.17 */
import { concat, type Hex, stringToHex, toHex } from 'viem'

const types = { uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const

interface Typed {
  readonly name: string
  readonly type: keyof typeof types
  readonly shape: readonly number[]
}

export interface GraphSpec {
  readonly nodes: readonly {
    readonly operator: string
    readonly inputs: readonly string[]
    readonly output: string
    /** Integers. */
    readonly attributes?: Readonly<Record<string, number>>
  }[]
  readonly inputs: readonly Typed[]
  readonly outputs: readonly Typed[]
  /** Each with its data, or with the root that names it. */
  readonly initializers: readonly (Typed & { readonly data?: Hex; readonly root?: Hex })[]
}

/** IR version 8, opset 17. */
export function modelBytes(graph: GraphSpec): Hex {
  return concat([
    integer(1, 8),
    message(7, graphBytes(graph)),
    message(8, text(1, ''), integer(2, 17)),
  ])
}

function graphBytes({ nodes, inputs, outputs, initializers }: GraphSpec): Hex {
  return concat([
    ...nodes.map(({ operator, inputs: from, output, attributes = {} }) =>
      message(
        1,
        ...from.map((name) => text(1, name)),
        text(2, output),
        text(4, operator),
        ...Object.entries(attributes).map(([name, value]) =>
          message(5, text(1, name), integer(3, value), integer(20, 2)),
        ),
      ),
    ),
    text(2, 'graph'),
    ...initializers.map(({ name, type, shape, data, root }) =>
      message(
        5,
        ...shape.map((dimension) => integer(1, dimension)),
        integer(2, types[type]),
        text(8, name),
        ...(data === undefined ? [] : [message(9, data)]),
        ...(root === undefined
          ? []
          : [message(13, text(1, 'location'), text(2, root.slice(2))), integer(14, 1)]),
      ),
    ),
    ...inputs.map((value) => message(11, valueBytes(value))),
    ...outputs.map((value) => message(12, valueBytes(value))),
  ])
}

function valueBytes({ name, type, shape }: Typed): Hex {
  const dimensions = shape.map((dimension) => message(1, integer(1, dimension)))
  const tensor = message(1, integer(1, types[type]), message(2, ...dimensions))
  return concat([text(1, name), message(2, tensor)])
}

function integer(field: number, value: number): Hex {
  return concat([varint(8 * field), varint(value)])
}

function text(field: number, value: string): Hex {
  return message(field, stringToHex(value))
}

function message(field: number, ...parts: readonly Hex[]): Hex {
  const body = concat(['0x', ...parts])
  return concat([varint(8 * field + 2), varint(body.length / 2 - 1), body])
}

function varint(value: number): Hex {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return toHex(Uint8Array.from([...bytes, rest]))
}
