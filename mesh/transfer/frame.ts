import { concat } from '#base'

import { malformed } from '../faults.ts'

/** Before each symbol. */
export const headerBytes = 6
export const receiptHashBytes = 16

/** Of one block, at most. */
export const blockSymbols = 64
/** Symbols of one block that have an index of their own; beyond, indexes come again. */
export const blockIndexes = 1024
/** `left` tells so many symbols or more. */
export const mostLeft = 7

/**
 * One piece of an object: `transfer16 | 0 | left3 | block12 | sources-1 6 | index10 | symbol`, in bits.
 * An object that fits one is the only symbol of block 0.
 */
export interface SymbolFrame {
  readonly kind: 'symbol'
  readonly transfer: number
  /** How many of the block follow at once, at most `mostLeft`. */
  readonly left: number
  readonly block: number
  /** Symbols that make up the block. */
  readonly sources: number
  readonly index: number
  readonly symbol: Uint8Array
}

/** Of a symbol: where it stands in its object. */
export type Place = Pick<SymbolFrame, 'block' | 'index'>

/**
 * From the receiver, about a transfer of the other:
 * `transfer16 | 1 | 0 or 1 3 | block12 | 0 6 | index10 | held32 | heard32 | body`. Block and index are
 * those of the symbol heard last, `held` the milliseconds since: from both the sender learns the round
 * trip, and what is lost and not still under way.
 */
interface Answer {
  readonly transfer: number
  readonly echo: Place
  readonly held: number
  /** Symbols of the transfer, new or not, each once. */
  readonly heard: number
}

/** Body: `base16 | (block16 | missing8)*`. */
export interface ReportFrame extends Answer {
  readonly kind: 'report'
  /** All blocks before are complete. */
  readonly base: number
  /** Of those after, what is known to have come in full, or in part and no more is awaited. */
  readonly states: readonly BlockState[]
}

export interface BlockState {
  readonly block: number
  /** Symbols; 0 when it is complete. */
  readonly missing: number
}

/** Body: the hash of the object. */
interface ReceiptFrame extends Answer {
  readonly kind: 'receipt'
  readonly hash: Uint8Array
}

export type AnswerFrame = ReportFrame | ReceiptFrame
export type Frame = SymbolFrame | AnswerFrame

const answerBytes = headerBytes + 8
const reportBytes = answerBytes + 2
const stateBytes = 3
export const receiptBytes = answerBytes + receiptHashBytes

const reportType = 8
const receiptType = 9

/** Block states that a report of `payload` bytes has room for. */
export function reportRoom(payload: number): number {
  return Math.floor((payload - reportBytes) / stateBytes)
}

export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  if (frame.kind === 'symbol') {
    const { transfer, left, sources, symbol } = frame
    return concat(header(transfer, left, frame, sources), symbol)
  }
  const { transfer, kind, echo, held, heard } = frame
  const head = new Uint8Array(answerBytes)
  const view = new DataView(head.buffer)
  head.set(header(transfer, kind === 'report' ? reportType : receiptType, echo, 1))
  view.setUint32(headerBytes, Math.min(Math.round(held), 0xffff_ffff))
  view.setUint32(headerBytes + 4, heard)
  if (kind === 'receipt') return concat(head, frame.hash)
  const { base, states } = frame
  const body = states.map(({ block, missing }) => Uint8Array.of(block >> 8, block & 0xff, missing))
  return concat(head, Uint8Array.of(base >> 8, base & 0xff), ...body)
}

/** The parts are views of `bytes`. Throws `MESH_MALFORMED`. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length < headerBytes) throw malformed('fragment', 'it is cut')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const transfer = view.getUint16(0)
  const [middle, end] = [view.getUint16(2), view.getUint16(4)]
  const place: Place = { block: middle & 0xfff, index: end & 0x3ff }
  const sources = (end >> 10) + 1
  const type = middle >> 12
  if (type <= mostLeft) {
    const symbol = bytes.subarray(headerBytes)
    return { kind: 'symbol', transfer, left: type, ...place, sources, symbol }
  }
  const isReceipt = type === receiptType
  if (sources !== 1 || type > receiptType) throw malformed('fragment', 'it is of no known kind')
  const least = isReceipt ? receiptBytes : reportBytes
  const more = bytes.length - least
  if (more < 0) throw malformed('fragment', 'it is cut')
  if (isReceipt ? more > 0 : more % stateBytes > 0) throw malformed('fragment', 'it is too long')
  const held = view.getUint32(headerBytes)
  const answer = { transfer, echo: place, held, heard: view.getUint32(headerBytes + 4) }
  if (isReceipt) return { kind: 'receipt', ...answer, hash: bytes.subarray(answerBytes) }
  const states: BlockState[] = []
  for (let at = reportBytes; at < bytes.length; at += stateBytes) {
    states.push({ block: view.getUint16(at), missing: view.getUint8(at + 2) })
  }
  return { kind: 'report', ...answer, base: view.getUint16(answerBytes), states }
}

function header(transfer: number, type: number, place: Place, sources: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, transfer)
  view.setUint16(2, (type << 12) | place.block)
  view.setUint16(4, ((sources - 1) << 10) | place.index)
  return bytes
}
