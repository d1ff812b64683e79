import { equal } from '#base'

import { meshHash } from '../hash.ts'
import { Encoder } from './fountain.ts'
import {
  type AnswerFrame,
  blockIndexes,
  headerBytes,
  mostLeft,
  receiptBytes,
  receiptHashBytes,
  type ReportFrame,
  type SymbolFrame,
} from './frame.ts'
import { firstOf, type Layout, layoutOf, lengthBytes } from './layout.ts'
import type { LinkModel } from './link-model.ts'

/** Fewer say nothing of a link's rate: they may have waited somewhere and come at once. */
const paceSymbols = 32

interface Block {
  readonly number: number
  readonly encoder: Encoder
  /** When each symbol was sent last, by its index. */
  readonly sentAt: number[]
  next: number
  /** Symbols to send now. */
  burst: number
  /** When to say something again if nothing is heard meanwhile. */
  deadline: number
  attempt: number
}

export function receiptHash(object: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('transfer', receiptHashBytes, object)
}

/** An object on its way to the other. */
export class Outgoing {
  readonly transfer: number
  readonly #model: LinkModel
  readonly #hash: Uint8Array
  readonly #stream: Uint8Array
  readonly #layout: Layout
  /** Those that were begun and that the other is not known to have. */
  readonly #blocks = new Map<number, Block>()
  #begun = 0
  /** When symbols were sent of which nothing is known, oldest first. */
  readonly #times: number[] = []
  #heard = 0
  /** Before it, the other has said to have all; and of what it then heard last, when that was sent. */
  #base = 0
  #echoedAt = -Infinity
  #mark: { readonly heard: number; readonly at: number } | undefined

  /** @param payload Bytes of one frame. */
  constructor(transfer: number, object: Uint8Array, payload: number, model: LinkModel) {
    this.transfer = transfer
    this.#model = model
    this.#hash = receiptHash(object)
    if (object.length <= payload - headerBytes) {
      this.#stream = object
      this.#layout = { symbolBytes: object.length, symbols: 1, blocks: 1 }
      return
    }
    this.#layout = layoutOf(object.length, payload)
    this.#stream = new Uint8Array(lengthBytes + object.length)
    new DataView(this.#stream.buffer).setUint32(0, object.length)
    this.#stream.set(object, lengthBytes)
  }

  /** Bytes of blocks that were begun and that the other may not have yet. */
  get open(): number {
    let symbols = 0
    for (const { encoder } of this.#blocks.values()) symbols += encoder.sources
    return symbols * this.#layout.symbolBytes
  }

  /** Bytes that the next block adds to them; undefined after the last. */
  get nextBlock(): number | undefined {
    if (this.#begun === this.#layout.blocks) return undefined
    const symbols = firstOf(this.#layout, this.#begun + 1) - firstOf(this.#layout, this.#begun)
    return symbols * this.#layout.symbolBytes
  }

  /** When there is something to say if nothing is heard before. */
  get deadline(): number {
    let least = Infinity
    for (const { burst, deadline } of this.#blocks.values()) {
      if (burst === 0) least = Math.min(least, deadline)
    }
    return least
  }

  /**
   * What to send now, if anything.
   *
   * @param mayBegin Whether there is room for one more block under way.
   */
  next(now: number, mayBegin: boolean): SymbolFrame | undefined {
    for (const block of this.#blocks.values()) {
      if (block.burst === 0 && block.deadline <= now) {
        block.attempt++
        block.burst = this.#model.isMeasured ? this.#model.copies() : 1
      }
      if (block.burst > 0) return this.#symbolOf(block)
    }
    if (!mayBegin || this.nextBlock === undefined) return undefined
    return this.#symbolOf(this.#begin())
  }

  /**
   * The medium has taken the frame.
   *
   * @param drained When it has sent it, if it was not quicker than thought.
   */
  sent({ block: number, index }: SymbolFrame, now: number, drained: number): void {
    this.#times.push(now)
    const block = this.#blocks.get(number)
    if (block === undefined) return
    block.sentAt[index] = now
    block.deadline = Math.max(now, drained) + this.#model.timeout(receiptBytes, block.attempt)
  }

  /** @returns What is known of the whole: nothing, that it arrived, or that other bytes did. */
  answered(frame: AnswerFrame, now: number): 'open' | 'arrived' | 'differs' {
    const settledAt = this.#measure(frame, now)
    if (frame.kind === 'receipt') return equal(frame.hash, this.#hash) ? 'arrived' : 'differs'
    if (settledAt === undefined) this.#repair(frame, now - frame.held - this.#model.roundTrip)
    else if (this.#isForgotten(frame, settledAt)) this.#restart()
    else this.#repair(frame, settledAt)
    return 'open'
  }

  #begin(): Block {
    const number = this.#begun++
    const { symbolBytes } = this.#layout
    const start = firstOf(this.#layout, number) * symbolBytes
    const end = firstOf(this.#layout, this.#begun) * symbolBytes
    const bytes = this.#stream.subarray(start, end)
    const encoder = new Encoder(bytes, symbolBytes)
    const { sources } = encoder
    const burst = sources + this.#spare(sources)
    const block = { number, encoder, sentAt: [], next: 0, burst, deadline: Infinity, attempt: 0 }
    this.#blocks.set(number, block)
    return block
  }

  #spare(symbols: number): number {
    return this.#model.spare(symbols, headerBytes + this.#layout.symbolBytes)
  }

  #symbolOf(block: Block): SymbolFrame {
    const { number, encoder } = block
    const index = block.next
    block.next = index + 1 < blockIndexes ? index + 1 : encoder.sources
    block.burst--
    // The first asks for an answer at once: with it the round trip is known before it is needed.
    const asks = index === 0 && number === 0 && !this.#model.isMeasured
    return {
      kind: 'symbol',
      transfer: this.transfer,
      left: asks ? 0 : Math.min(block.burst, mostLeft),
      block: number,
      sources: encoder.sources,
      index,
      symbol: encoder.symbol(index),
    }
  }

  /** @returns Until when what was sent either has arrived or is lost, if it can be told. */
  #measure({ echo, held, heard }: AnswerFrame, now: number): number | undefined {
    const echoed = this.#blocks.get(echo.block)?.sentAt[echo.index]
    if (echoed === undefined) return undefined
    const settledAt = echoed + held
    // Of a clock that is a little off, or of who lies.
    if (settledAt < now + 1) this.#model.answered(now - settledAt)
    if (heard <= this.#heard) return settledAt
    const count = this.#times.findLastIndex((time) => time <= settledAt) + 1
    this.#times.splice(0, count)
    this.#model.arrived(count, heard - this.#heard)
    this.#heard = heard
    this.#pace(heard, now - held)
    return settledAt
  }

  #pace(heard: number, at: number): void {
    const { heard: before, at: since } = (this.#mark ??= { heard, at })
    if (heard - before < paceSymbols) return
    const bytes = (heard - before) * (headerBytes + this.#layout.symbolBytes)
    this.#model.carried(bytes, at - since)
    this.#mark = { heard, at }
  }

  /** Whether the other had more of it when it heard something older. */
  #isForgotten({ base, held }: ReportFrame, settledAt: number): boolean {
    const echoedAt = settledAt - held
    if (echoedAt <= this.#echoedAt) return false
    this.#echoedAt = echoedAt
    if (base < this.#base) return true
    this.#base = base
    return false
  }

  #restart(): void {
    this.#blocks.clear()
    this.#times.length = 0
    this.#begun = 0
    this.#heard = 0
    this.#base = 0
    this.#mark = undefined
  }

  #repair({ base, states }: ReportFrame, settledAt: number): void {
    for (const number of this.#blocks.keys()) if (number < base) this.#blocks.delete(number)
    for (const { block: number, missing } of states) {
      const block = this.#blocks.get(number)
      if (block === undefined) continue
      block.attempt = 0
      if (missing === 0) this.#blocks.delete(number)
      else this.#refill(block, Math.min(missing, block.encoder.sources), settledAt)
    }
  }

  /** Counts on what is still under way, and so the same report said twice changes nothing. */
  #refill(block: Block, missing: number, settledAt: number): void {
    const underWay = block.sentAt.filter((time) => time > settledAt).length
    const expected = Math.floor(underWay * (1 - this.#model.loss))
    const short = missing - expected
    if (short > 0) block.burst = Math.max(block.burst, short + this.#spare(short))
  }
}
