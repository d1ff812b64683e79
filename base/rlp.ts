/**
 * Recursive Length Prefix, canonical in both directions: a decoder that accepts a second encoding of
 * one value would give one transaction two hashes.
 *
 * @see Ethereum Yellow Paper, appendix B
 */
import { concat } from './bytes.ts'
import { Fault } from './fault.ts'

export type Rlp = Uint8Array | readonly Rlp[]

export function encodeRlp(item: Rlp): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size(item))
  write(item, out, 0)
  return out
}

function payload(item: Rlp): number {
  if (item instanceof Uint8Array) return item.length
  let total = 0
  for (const member of item) total += size(member)
  return total
}

function headSize(length: number): number {
  if (length < 56) return 1
  let digits = 0
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits++
  return 1 + digits
}

function isSelf(item: Rlp): boolean {
  return item instanceof Uint8Array && item.length === 1 && (item[0] ?? 0) < 0x80
}

function size(item: Rlp): number {
  if (isSelf(item)) return 1
  const length = payload(item)
  return headSize(length) + length
}

function write(item: Rlp, out: Uint8Array, at: number): number {
  if (item instanceof Uint8Array) {
    const body = isSelf(item) ? at : writeHead(0x80, item.length, out, at)
    out.set(item, body)
    return body + item.length
  }
  let next = writeHead(0xc0, payload(item), out, at)
  for (const member of item) next = write(member, out, next)
  return next
}

function writeHead(kind: 0x80 | 0xc0, length: number, out: Uint8Array, at: number): number {
  const head = headSize(length)
  if (head === 1) {
    out[at] = kind + length
    return at + 1
  }
  out[at] = kind + 55 + head - 1
  for (let index = head - 1, rest = length; index > 0; index--, rest = Math.floor(rest / 256)) {
    out[at + index] = rest % 256
  }
  return at + head
}

/** The RLP list of members that are encoded already. */
export function rlpList(members: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const member of members) length += member.length
  const head = new Uint8Array(headSize(length))
  writeHead(0xc0, length, head, 0)
  return concat(head, ...members)
}

/**
 * Decodes one item that spans all of `bytes`, lists nested at most `depth` deep. Byte strings are
 * views into `bytes`. Throws `RLP_INVALID`, nothing else, whatever the input.
 */
export function decodeRlp(bytes: Uint8Array, depth = 16): Rlp {
  const [item, end] = read(bytes, 0, bytes.length, depth)
  if (end !== bytes.length) throw invalid('trailing bytes')
  return item
}

function read(bytes: Uint8Array, at: number, limit: number, depth: number): [Rlp, number] {
  const first = bytes[at]
  if (first === undefined || at >= limit) throw invalid('truncated')
  if (first < 0x80) return [bytes.subarray(at, at + 1), at + 1]
  const list = first >= 0xc0
  const short = first - (list ? 0xc0 : 0x80)
  const [start, length] =
    short < 56 ? [at + 1, short] : readLength(bytes, at + 1, short - 55, limit)
  const end = start + length
  if (end > limit) throw invalid('truncated')
  if (!list) {
    if (length === 1 && (bytes[start] ?? 0) < 0x80) throw invalid('not minimal')
    return [bytes.subarray(start, end), end]
  }
  if (depth === 0) throw invalid('nested too deep')
  const members: Rlp[] = []
  for (let next = start; next < end;) {
    const [member, after] = read(bytes, next, end, depth - 1)
    members.push(member)
    next = after
  }
  return [members, end]
}

function readLength(
  bytes: Uint8Array,
  at: number,
  digits: number,
  limit: number,
): [start: number, length: number] {
  if (at + digits > limit) throw invalid('truncated')
  if (digits > 6 || bytes[at] === 0) throw invalid('not minimal')
  let length = 0
  for (let index = 0; index < digits; index++) length = length * 256 + (bytes[at + index] ?? 0)
  if (length < 56) throw invalid('not minimal')
  return [at + digits, length]
}

function invalid(reason: string): Fault<{ code: 'RLP_INVALID'; reason: string }> {
  return new Fault({ code: 'RLP_INVALID', reason })
}
