import type { Clock, Timer } from '#base'

import { Decoder } from './fountain.ts'
import {
  blockIndexes,
  type BlockState,
  headerBytes,
  mostLeft,
  type Place,
  type ReportFrame,
  reportRoom,
  type SymbolFrame,
} from './frame.ts'
import { cut, firstOf, type Layout, lengthBytes } from './layout.ts'
import type { LinkModel } from './link-model.ts'

/** Bytes of memory that a block and a row take beside their symbols. */
const blockCost = 1024
const rowCost = 128

interface Block {
  readonly sources: number
  /** Bit by bit, which indexes were heard. */
  readonly seen: Uint8Array
  decoder: Decoder | undefined
  bytes: Uint8Array | undefined
  /** The highest index heard. */
  last: number
  lastAt: number
  /** Milliseconds between two symbols. */
  gap: number | undefined
  /** When nothing more is awaited. */
  dueAt: number | undefined
  isShort: boolean
  /** Indexes and symbols that were counted for the loss. */
  counted: number
  heard: number
}

interface IncomingPorts {
  readonly clock: Clock
  readonly model: LinkModel
  /** Bytes of one frame. */
  readonly payload: number
  /** Bytes of the longest object that is taken. */
  readonly longest: number
  report(frame: ReportFrame, copies: number): void
}

/** An object on its way from the other. */
export class Incoming {
  readonly #ports: IncomingPorts
  readonly #transfer: number
  readonly #symbolBytes: number
  readonly #blocks = new Map<number, Block>()
  #layout: (Layout & { readonly length: number }) | undefined
  #base = 0
  #heard = 0
  #held = 0
  #echo: Place = { block: 0, index: 0 }
  #echoAt = 0
  #timer: Timer | undefined

  constructor({ transfer, symbol }: SymbolFrame, ports: IncomingPorts) {
    this.#transfer = transfer
    this.#symbolBytes = symbol.length
    this.#ports = ports
  }

  /** Bytes in memory for it. */
  get held(): number {
    return this.#held
  }

  get heardAt(): number {
    return this.#echoAt
  }

  /** Symbols, each once. */
  get heard(): number {
    return this.#heard
  }

  /** Which was heard last. */
  get echo(): Place {
    return this.#echo
  }

  /** @returns The object when this symbol makes it whole; `refused` when it never will be one. */
  add(frame: SymbolFrame): Uint8Array | 'refused' | undefined {
    const block = this.#blockOf(frame)
    if (block === undefined) return undefined
    const isNew = this.#note(frame, block)
    if (isNew && block.decoder?.add(frame.index, frame.symbol)) this.#held += this.#rowBytes(block)
    if (block.decoder?.missing !== 0) {
      this.#await(frame, block)
      return undefined
    }
    this.#complete(block)
    if (!this.#learn()) return 'refused'
    if (this.#layout !== undefined && this.#base === this.#layout.blocks) {
      this.stop()
      return this.#whole(this.#layout)
    }
    this.#report(1)
    return undefined
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #blockOf({ block: number, sources, symbol }: SymbolFrame): Block | undefined {
    if (symbol.length !== this.#symbolBytes) return undefined
    const known = this.#blocks.get(number)
    if (known !== undefined) return known.sources === sources ? known : undefined
    if (this.#layout !== undefined && !isOf(this.#layout, number, sources)) return undefined
    const block: Block = {
      sources,
      seen: new Uint8Array(blockIndexes / 8),
      decoder: new Decoder(sources * this.#symbolBytes, this.#symbolBytes),
      bytes: undefined,
      last: -1,
      lastAt: 0,
      gap: undefined,
      dueAt: undefined,
      isShort: false,
      counted: 0,
      heard: 0,
    }
    this.#held += blockCost
    this.#blocks.set(number, block)
    return block
  }

  #rowBytes({ sources }: Block): number {
    return rowCost + sources + this.#symbolBytes
  }

  /** What the arrival alone tells. @returns Whether it is the first of this index. */
  #note({ block: number, index }: SymbolFrame, block: Block): boolean {
    const { clock, model } = this.#ports
    const now = clock.now()
    const [at, bit] = [index >> 3, 1 << (index & 7)]
    const before = block.seen[at] ?? 0
    if ((before & bit) !== 0) return false
    block.seen[at] = before | bit
    this.#heard++
    block.heard++
    const late = now - block.lastAt
    if (index < block.last) {
      model.overtaken(late)
      return true
    }
    model.overtaken(0)
    // Between bursts the sender waited.
    if (block.last >= 0 && !block.isShort) {
      const gap = late / (index - block.last)
      block.gap = block.gap === undefined ? gap : (block.gap * 3 + gap) / 4
    }
    block.isShort = false
    block.last = index
    block.lastAt = now
    this.#echo = { block: number, index }
    this.#echoAt = now
    return true
  }

  /** What the indexes tell of the loss, when a burst is over. */
  #count(block: Block): void {
    const { last, counted, heard } = block
    this.#ports.model.took(last + 1 - counted, heard)
    block.counted = last + 1
    block.heard = 0
  }

  /** Of a block that is not complete: until when there may be more. */
  #await({ left }: SymbolFrame, block: Block): void {
    const { clock, model } = this.#ports
    if (left === mostLeft) return
    const gap = block.gap ?? model.airtime(headerBytes + this.#symbolBytes)
    const wait = left === 0 ? 0 : (left + 0.5) * gap
    block.dueAt = clock.now() + wait + 2 * model.lateness
    this.#arm()
  }

  #arm(): void {
    const { clock } = this.#ports
    let due = Infinity
    for (const { dueAt } of this.#blocks.values()) due = Math.min(due, dueAt ?? Infinity)
    this.stop()
    if (due === Infinity) return
    const wait = due - clock.now()
    if (wait <= 0) this.#expire()
    else this.#timer = clock.after(Math.ceil(wait), () => this.#expire())
  }

  #expire(): void {
    const now = this.#ports.clock.now()
    for (const block of this.#blocks.values()) {
      if (block.dueAt === undefined || block.dueAt > now) continue
      block.dueAt = undefined
      block.isShort = true
      this.#count(block)
    }
    this.#report(this.#ports.model.copies())
    this.#arm()
  }

  #complete(block: Block): void {
    if (block.decoder !== undefined) {
      block.bytes = block.decoder.result()
      this.#held += block.bytes.length - block.sources * this.#rowBytes(block)
    }
    this.#count(block)
    block.decoder = undefined
    block.dueAt = undefined
    block.isShort = false
    while (this.#blocks.get(this.#base)?.bytes !== undefined) this.#base++
    this.#arm()
  }

  /** Once the first block is there, how long the object is. @returns Whether it can be one. */
  #learn(): boolean {
    const first = this.#blocks.get(0)?.bytes
    if (this.#layout !== undefined || first === undefined) return true
    if (first.length < lengthBytes) return false
    const length = new DataView(first.buffer).getUint32(0)
    if (length === 0 || length > this.#ports.longest) return false
    const layout = cut(length, this.#symbolBytes)
    for (const [number, { sources }] of this.#blocks) {
      if (!isOf(layout, number, sources)) return false
    }
    this.#layout = { ...layout, length }
    return true
  }

  #whole({ length }: { readonly length: number }): Uint8Array {
    const stream = new Uint8Array(lengthBytes + length)
    let at = 0
    for (let number = 0; number < this.#base; number++) {
      const bytes = this.#blocks.get(number)?.bytes
      if (bytes === undefined) continue
      stream.set(bytes.subarray(0, stream.length - at), at)
      at += bytes.length
    }
    return stream.subarray(lengthBytes)
  }

  #report(copies: number): void {
    const states: BlockState[] = []
    for (const [number, { decoder, bytes, isShort }] of this.#blocks) {
      if (number < this.#base || (bytes === undefined && !isShort)) continue
      states.push({ block: number, missing: decoder?.missing ?? 0 })
    }
    states.sort((a, b) => a.block - b.block)
    states.length = Math.min(states.length, reportRoom(this.#ports.payload))
    const [transfer, base, heard] = [this.#transfer, this.#base, this.#heard]
    const [echo, held] = [this.#echo, this.#ports.clock.now() - this.#echoAt]
    this.#ports.report({ kind: 'report', transfer, echo, held, heard, base, states }, copies)
  }
}

/** Whether it is an object that fits one frame. */
export function isWhole({ block, sources }: SymbolFrame): boolean {
  return block === 0 && sources === 1
}

function isOf(layout: Layout, block: number, sources: number): boolean {
  if (block >= layout.blocks) return false
  return firstOf(layout, block + 1) - firstOf(layout, block) === sources
}
