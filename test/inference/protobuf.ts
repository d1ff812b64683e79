/** Protobuf by hand, for messages that no writer should make. */
import { concat, utf8 } from '#base'

export function varint(value: number | bigint): Uint8Array {
  const groups: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from([...groups, Number(rest)])
}

export function integer(field: number, value: number | bigint): Uint8Array {
  return concat(varint(field * 8), varint(value))
}

export function bytes(field: number, value: Uint8Array | string): Uint8Array {
  const body = typeof value === 'string' ? utf8(value) : value
  return concat(varint(field * 8 + 2), varint(body.length), body)
}

export function message(field: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return bytes(field, concat(...parts))
}

/** ValueInfoProto of a tensor. */
export function tensorInfo(
  name: string,
  type: number,
  ...shape: readonly Uint8Array[]
): Uint8Array {
  const tensor = message(1, integer(1, type), message(2, ...shape))
  return concat(bytes(1, name), message(2, tensor))
}

export function dimension(size: number | bigint): Uint8Array {
  return message(1, integer(1, size))
}

/** ModelProto with Identity of `x`, and whatever else the graph and the model have. */
export function identity({ graph = [], model = [], node = [] }: Parts = {}): Uint8Array {
  const x = [dimension(2)]
  return concat(
    integer(1, 8),
    message(
      7,
      message(1, bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Identity'), ...node),
      message(11, tensorInfo('x', 2, ...x)),
      message(12, tensorInfo('y', 2, ...x)),
      ...graph,
    ),
    message(8, integer(2, 17)),
    ...model,
  )
}

interface Parts {
  readonly graph?: readonly Uint8Array[]
  readonly model?: readonly Uint8Array[]
  readonly node?: readonly Uint8Array[]
}
