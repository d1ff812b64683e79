import { concat, utf8 } from '#base'

/** The few instructions of WebAssembly that are emitted here. @see WebAssembly Core 2.0 §5.4 */
export const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  br: (depth: number) => [0x0c, ...unsigned(depth)],
  brIf: (depth: number) => [0x0d, ...unsigned(depth)],
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  i32: {
    /** 0..63: one byte in the signed encoding. */
    const: (value: number) => [0x41, value],
    eqz: [0x45],
    sub: [0x6b],
  },
  i64: {
    /** 0..63: one byte in the signed encoding. */
    const: (value: number) => [0x42, value],
    load: (offset: number) => [0x29, 3, ...unsigned(offset)],
    store: (offset: number) => [0x37, 3, ...unsigned(offset)],
    add: [0x7c],
    xor: [0x85],
    rotr: [0x8a],
  },
} as const

/** The part of the JavaScript interface in use: neither the ECMAScript library nor Node types it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What a module of `assemble` exports. */
interface Program {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly run: (argument: number) => void
}

/** Compiles synchronously: for modules of a few kilobytes. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>): Program {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Program
}

/**
 * A module that exports one page of `memory` and `run`, which takes one i32 (local 0), has `i64Locals`
 * further locals of 64 bits (from 1 on) and returns nothing.
 *
 * @see WebAssembly Core 2.0 §5.5
 */
export function assemble(i64Locals: number, body: readonly number[]): Uint8Array<ArrayBuffer> {
  const i64 = 0x7e
  const i32 = 0x7f
  const code = [1, ...unsigned(i64Locals), i64, ...body, ...op.end]
  return concat(
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, [1, 0x60, 1, i32, 0]),
    section(3, [1, 0]),
    section(5, [1, 0, 1]),
    section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
    section(10, [1, ...unsigned(code.length), ...code]),
  )
}

function section(id: number, content: readonly number[]): Uint8Array {
  return Uint8Array.from([id, ...unsigned(content.length), ...content])
}

function name(text: string): number[] {
  return [text.length, ...utf8(text)]
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}
