import { concat, empty, fixed, toBigInt } from '#base'
import { type Content, decodeContent, encodeContent } from '#mesh'

/** What somebody sends to somebody. */
export interface Letter {
  /** Milliseconds since 1970, when it was handed to this node. */
  readonly at: number
  /** Of the other side, 32 bytes; undefined for a sender who proved none. */
  readonly address: Uint8Array | undefined
  /** Whether the sender shows who it is. */
  readonly isAnonymous: boolean
  readonly content: Content
}

const timeBytes = 6
const addressBytes = 32
const flags = { hasAddress: 1, isAnonymous: 2 } as const

/** `time 6 | flags 1 | address 32, if any | content`. */
export function encodeLetter({ at, address, isAnonymous, content }: Letter): Uint8Array {
  const flag =
    (address === undefined ? 0 : flags.hasAddress) | (isAnonymous ? flags.isAnonymous : 0)
  const head = concat(fixed(at, timeBytes), Uint8Array.of(flag), address ?? empty)
  return concat(head, encodeContent(content))
}

/** Of what `encodeLetter` made. */
export function decodeLetter(bytes: Uint8Array): Letter {
  const [flag = 0] = bytes.subarray(timeBytes)
  const start = timeBytes + 1
  const end = (flag & flags.hasAddress) === 0 ? start : start + addressBytes
  return {
    at: Number(toBigInt(bytes.subarray(0, timeBytes))),
    address: end === start ? undefined : bytes.slice(start, end),
    isAnonymous: (flag & flags.isAnonymous) !== 0,
    content: decodeContent(bytes.subarray(end)),
  }
}
