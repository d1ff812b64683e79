import { concat, utf8 } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'

/** What people send each other over a link. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly bytes: Uint8Array }

const kinds = { text: 1, file: 2 } as const

/** `1 | text`, or `2 | length of the name 1 | name | bytes`. Throws `MESH_MALFORMED`. */
export function encodeContent(content: Content): Uint8Array<ArrayBuffer> {
  if (content.kind === 'text') {
    checkText(content.text)
    return concat(Uint8Array.of(kinds.text), utf8(content.text))
  }
  checkName(content.name)
  const name = utf8(content.name)
  return concat(Uint8Array.of(kinds.file, name.length), name, content.bytes)
}

/** Throws `MESH_MALFORMED`. */
export function decodeContent(bytes: Uint8Array): Content {
  const [kind, nameBytes = 0] = bytes
  if (kind === kinds.text) {
    const text = textIn(bytes.subarray(1))
    checkText(text)
    return { kind: 'text', text }
  }
  if (kind !== kinds.file) throw malformed('content', 'it is of no known kind')
  if (bytes.length < 2 + nameBytes) throw malformed('content', 'its name is cut')
  const name = textIn(bytes.subarray(2, 2 + nameBytes))
  checkName(name)
  return { kind: 'file', name, bytes: bytes.slice(2 + nameBytes) }
}

function textIn(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('content', 'it is not UTF-8')
  }
}

function checkText(text: string): void {
  if (text === '') throw malformed('content', 'it is empty')
  if (utf8(text).length > limits.contentText.value) throw malformed('content', 'it is too long')
}

/** Persian and other scripts need the joiners of U+200C and U+200D: they are no controls. */
const notInNames = /[/\\\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** Who takes it writes a file of that name: it must not lead anywhere else, nor look like another. */
function checkName(name: string): void {
  const { length } = utf8(name)
  const isName = length > 0 && length <= limits.contentName.value && !notInNames.test(name)
  if (!isName || name.startsWith('.')) throw malformed('content', 'its name is none for a file')
}
