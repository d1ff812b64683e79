import { Fault } from '#base'
import { sha256 } from '#crypto'

import { limits } from './limits.ts'
import type { Bytes } from './plain.ts'
import { kernelHash, kernelModule } from './source.ts'

/** The part of the JavaScript interface in use: neither the ECMAScript library nor Node types it. */
interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

type Routine = (...integers: readonly number[]) => void

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly rows1: Routine
  readonly rows4: Routine
  readonly columnsS8: Routine
  readonly columnsU8: Routine
  readonly packS8x1: Routine
  readonly packU8x1: Routine
  readonly packS8x4: Routine
  readonly packU8x4: Routine
  readonly copy: Routine
}

/** Where packed weights are kept; they may be gone when they are next asked for. */
export interface Slot {
  readonly bytes: number
  address: number
  /** Counts how often everything kept was dropped; the slot holds for one of them. */
  generation: number
}

/** What {@link Machine.multiply} does: addresses, and steps in bytes. */
interface Multiplication {
  readonly left: number
  readonly leftStep: number
  readonly rows: number
  readonly right: number
  readonly result: number
  readonly places: number
  readonly rowStep: number
  readonly pairs: number
  readonly panels: number
}

const page = 65_536

/**
 * The module of WebAssembly with its memory: first the scratch of one computation, then packed weights
 * that are kept, all dropped at once when there is no more room.
 */
export class Machine {
  readonly routines: Exports
  /** Bytes of the scratch. */
  readonly scratch: number
  bytes: Uint8Array<ArrayBuffer>
  int16: Int16Array<ArrayBuffer>
  int32: Int32Array<ArrayBuffer>
  #taken = 0
  #kept: number
  #generation = 0

  constructor(routines: Exports, scratch: number) {
    this.routines = routines
    this.scratch = scratch
    this.#kept = scratch
    this.bytes = new Uint8Array(0)
    this.int16 = new Int16Array(0)
    this.int32 = new Int32Array(0)
    this.#reach(scratch)
  }

  /** Frees the scratch: a computation begins. */
  clear(): void {
    this.#view()
    this.#taken = 0
  }

  /** An address in the scratch, aligned to 16 bytes. The caller knows that it fits. */
  take(bytes: number): number {
    const address = this.#taken
    this.#taken += aligned(bytes)
    if (this.#taken > this.scratch) throw new Error('more scratch was taken than there is')
    return address
  }

  /** Whether what `slot` names is still there. */
  has(slot: Slot): boolean {
    return slot.generation === this.#generation
  }

  /**
   * Makes room for `slot` beside the scratch, for `write` to fill; without room nothing is written. Only
   * what was written to its end is there from then on.
   */
  keep(slot: Slot, write: () => void): void {
    const bytes = aligned(slot.bytes)
    const most = limits.memory.value
    if (this.scratch + bytes > most) return
    if (this.#kept + bytes > most) {
      this.#kept = this.scratch
      this.#generation++
    }
    try {
      this.#reach(this.#kept + bytes)
    } catch {
      return
    }
    slot.address = this.#kept
    write()
    this.#kept += bytes
    slot.generation = this.#generation
  }

  /** The products of all rows, four at a time as long as there are four, with some panels. */
  multiply(of: Multiplication): void {
    const { left, leftStep, rows, right, result, places, rowStep, pairs, panels } = of
    const { rows1, rows4 } = this.routines
    for (let row = 0; row < rows;) {
      const isTile = row + 4 <= rows
      const products = isTile ? rows4 : rows1
      const [from, to] = [left + row * leftStep, result + row * rowStep]
      products(from, right, to, places, rowStep, pairs, panels)
      row += isTile ? 4 : 1
    }
  }

  /** Writes elements of 8 bits, whatever their sign. */
  write(address: number, elements: Bytes): void {
    const { buffer, byteOffset, byteLength } = elements
    this.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), address)
  }

  /** A copy of 32-bit integers. */
  read(address: number, count: number): Int32Array<ArrayBuffer> {
    return this.int32.slice(address / 4, address / 4 + count)
  }

  #reach(end: number): void {
    const { memory } = this.routines
    const missing = end - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / page))
    this.#view()
  }

  /** Growth leaves views without memory, and may itself be cut short: the last view tells of all. */
  #view(): void {
    const { buffer } = this.routines.memory
    if (this.int32.buffer === buffer) return
    this.bytes = new Uint8Array(buffer)
    this.int16 = new Int16Array(buffer)
    this.int32 = new Int32Array(buffer)
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16
}

export function emptySlot(bytes: number): Slot {
  return { bytes, address: 0, generation: -1 }
}

let started: Machine | 'none' | undefined

/** This thread's machine; undefined where there is no WebAssembly with SIMD, or no memory for it. */
export function machine(): Machine | undefined {
  started ??= startMachine(limits.scratch.value) ?? 'none'
  return started === 'none' ? undefined : started
}

export function startMachine(scratch: number): Machine | undefined {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyFace }
  if (WebAssembly === undefined) return undefined
  const bytes = kernelModule()
  const hash = sha256(bytes).toHex()
  if (hash !== kernelHash) throw new Fault({ code: 'INFERENCE_KERNEL', hash, expected: kernelHash })
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    return new Machine(exports as Exports, scratch)
  } catch {
    return undefined
  }
}
