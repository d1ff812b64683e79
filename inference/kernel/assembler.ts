import { concat, utf8 } from '#base'

/** Instructions in order. */
export type Code = number | readonly Code[]

/** The few instructions that the kernel is made of. @see WebAssembly Core 2.0 §5.4 */
export const op = {
  loop: [0x03, 0x40],
  end: 0x0b,
  brIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  tee: (local: number) => [0x22, local],
  i32: {
    load: [0x28, 2, 0],
    /** 0..63: one byte in the signed encoding. */
    const: (value: number) => [0x41, value],
    ne: 0x47,
    add: 0x6a,
    sub: 0x6b,
  },
  /** Target, source and bytes are on the stack. */
  memoryCopy: [0xfc, 0x0a, 0, 0],
  v128: {
    zero: [0xfd, 0x0c, Array.from({ length: 16 }, () => 0)],
    load: (offset: number) => [0xfd, 0x00, 0, offset],
    load32Splat: (offset: number) => [0xfd, 0x09, 0, offset],
    store: (offset: number) => [0xfd, 0x0b, 0, offset],
    /** Eight bytes widened to int16. */
    load8x8: (signed: boolean) => [0xfd, signed ? 0x01 : 0x02, 0, 0],
    /** Sixteen bytes of two vectors by their places: 0..15 in the first, 16..31 in the second. */
    shuffle: (places: readonly number[]) => [0xfd, 0x0d, places],
  },
  i16x8: { sub: [0xfd, unsigned(0x91)] },
  i32x4: { add: [0xfd, unsigned(0xae)], dotI16x8Signed: [0xfd, unsigned(0xba)] },
} as const

/** A function of 32-bit integers that returns nothing. */
export interface Routine {
  readonly name: string
  readonly parameters: number
  /** Further locals: those of 32 bits come first. Fewer than 128 with the parameters. */
  readonly locals: { readonly i32: number; readonly v128: number }
  readonly body: Code
}

/**
 * A module that exports the routines, and `memory` of one page, which can grow to `pages`.
 *
 * @see WebAssembly Core 2.0 §5.5
 */
export function assemble(routines: readonly Routine[], pages: number): Uint8Array<ArrayBuffer> {
  const [i32, v128, functionType] = [0x7f, 0x7b, 0x60]
  const types = routines.map(({ parameters }) => {
    return [functionType, parameters, Array.from({ length: parameters }, () => i32), 0]
  })
  const exports = routines.map((routine, index) => [name(routine.name), 0, index])
  const bodies = routines.map(({ locals, body }) => {
    const code = flat([2, locals.i32, i32, locals.v128, v128, body, op.end])
    return [unsigned(code.length), code]
  })
  return concat(
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, types),
    section(3, [...routines.keys()]),
    section(5, [[1, 1, unsigned(pages)]]),
    section(7, [[name('memory'), 2, 0], ...exports]),
    section(10, bodies),
  )
}

function section(id: number, items: readonly Code[]): Uint8Array {
  const content = flat([unsigned(items.length), items])
  return Uint8Array.from([id, ...unsigned(content.length), ...content])
}

function name(text: string): Code {
  return [text.length, [...utf8(text)]]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function flat(code: Code): number[] {
  return typeof code === 'number' ? [code] : code.flatMap(flat)
}
