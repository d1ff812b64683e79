import { concat, empty, fixed, toBigInt } from '#base'
import { type Content, decodeContent, encodeContent } from '#mesh'

/** What goes over a link. */
export interface Message {
  /** 16 random bytes of who sends it, by which it is known again when it comes twice. */
  readonly id: Uint8Array
  readonly content: Content
}

/** What somebody sends to somebody. */
export interface Letter extends Message {
  /** Milliseconds since 1970, when it was handed to this node. */
  readonly at: number
  /** Of the other side, 32 bytes; undefined for a sender who proved none. */
  readonly address: Uint8Array | undefined
  /** Whether the sender shows who it is. */
  readonly isAnonymous: boolean
}

export const idBytes = 16
const timeBytes = 6
const addressBytes = 32
const flags = { hasAddress: 1, isAnonymous: 2 } as const

/** `id 16 | content`. Throws `MESH_MALFORMED`. */
function encodeMessage({ id, content }: Message): Uint8Array<ArrayBuffer> {
  return concat(id, encodeContent(content))
}

/** Throws `MESH_MALFORMED`. */
export function decodeMessage(bytes: Uint8Array): Message {
  return { id: bytes.slice(0, idBytes), content: decodeContent(bytes.subarray(idBytes)) }
}

/** `time 6 | flags 1 | address 32, if any | message`. Throws `MESH_MALFORMED`. */
export function encodeLetter({ at, address, isAnonymous, ...message }: Letter): Uint8Array {
  const flag =
    (address === undefined ? 0 : flags.hasAddress) | (isAnonymous ? flags.isAnonymous : 0)
  const head = concat(fixed(at, timeBytes), Uint8Array.of(flag), address ?? empty)
  return concat(head, encodeMessage(message))
}

/** Of what `encodeLetter` made. */
export function decodeLetter(bytes: Uint8Array): Letter {
  return { ...decodeEnvelope(bytes), ...decodeMessage(messageIn(bytes)) }
}

/** The same without what is in it. */
export function decodeEnvelope(bytes: Uint8Array): Omit<Letter, keyof Message> {
  const [flag = 0] = bytes.subarray(timeBytes)
  const start = timeBytes + 1
  const end = endOfEnvelope(bytes)
  return {
    at: Number(toBigInt(bytes.subarray(0, timeBytes))),
    address: end === start ? undefined : bytes.slice(start, end),
    isAnonymous: (flag & flags.isAnonymous) !== 0,
  }
}

/** The encoded message of what `encodeLetter` made. */
export function messageIn(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(endOfEnvelope(bytes))
}

function endOfEnvelope(bytes: Uint8Array): number {
  const [flag = 0] = bytes.subarray(timeBytes)
  return timeBytes + 1 + ((flag & flags.hasAddress) === 0 ? 0 : addressBytes)
}
