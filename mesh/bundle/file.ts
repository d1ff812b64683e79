import { concat, utf8 } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'

/** A file as an object of its kind: `nameLength1 | name | content`. */
export interface CarriedFile {
  /** Without a folder. */
  readonly name: string
  readonly content: Uint8Array
}

/** Throws `MESH_MALFORMED` for a name that no receiver takes, and for more bytes than an object has. */
export function encodeFile({ name, content }: CarriedFile): Uint8Array {
  const bytes = utf8(name)
  if (!isPlain(name)) throw malformed('file', 'its name is none that every system takes')
  if (bytes.length > 255) throw malformed('file', 'its name is longer than 255 bytes')
  const body = concat(Uint8Array.of(bytes.length), bytes, content)
  if (body.length <= limits.bundleObject.value) return body
  throw malformed('file', `with its name it has more than ${limits.bundleObject.value} bytes`)
}

/** Throws `MESH_MALFORMED`. `content` is a view of `body`. */
export function decodeFile(body: Uint8Array): CarriedFile {
  const end = 1 + (body[0] ?? 0)
  if (end > body.length) throw malformed('file', 'it is cut')
  const name = new TextDecoder().decode(body.subarray(1, end))
  if (!isPlain(name)) throw malformed('file', 'its name is none that every system takes')
  return { name, content: body.subarray(end) }
}

/** Names come from strangers: none leads out of a folder, hides, or upsets a terminal. */
function isPlain(name: string): boolean {
  return /^[^.\s\p{C}/\\:*?"<>|][^\p{C}/\\:*?"<>|]*(?<![.\s])$/u.test(name) && !reserved.test(name)
}

/** Of Windows, with any ending. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
