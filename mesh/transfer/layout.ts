import { blockSymbols, headerBytes } from './frame.ts'

/** Before an object of more than one frame, in its first block: its length. */
export const lengthBytes = 4

/** How an object is cut: blocks of the same number of symbols, or one more. */
export interface Layout {
  readonly symbolBytes: number
  readonly symbols: number
  readonly blocks: number
}

/** Of an object of `length` bytes that does not fit one frame of `payload` bytes. */
export function layoutOf(length: number, payload: number): Layout {
  const stream = lengthBytes + length
  const symbols = Math.ceil(stream / (payload - headerBytes))
  return cut(length, Math.ceil(stream / symbols))
}

/** The same as the receiver sees it. */
export function cut(length: number, symbolBytes: number): Layout {
  const symbols = Math.ceil((lengthBytes + length) / symbolBytes)
  return { symbolBytes, symbols, blocks: Math.ceil(symbols / blockSymbols) }
}

/** The first symbol of a block, counted over all; of the block after the last, the number of all. */
export function firstOf(layout: Layout, block: number): number {
  return Math.floor((layout.symbols * block) / layout.blocks)
}
