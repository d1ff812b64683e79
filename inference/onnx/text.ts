import { refuse } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Message } from './wire.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A name; `''` when it is not there. */
export function readName(bytes: Uint8Array | undefined, at: string): string {
  if (bytes === undefined) return ''
  if (bytes.length > limits.nameBytes.value) return refuse('text', at)
  return readText(bytes, at)
}

/** Key and value of a StringStringEntryProto. */
export function readEntry(message: Message): readonly [key: string, value: string] {
  const value = message.bytes(2) ?? new Uint8Array(0)
  if (value.length > limits.metadataBytes.value) refuse('text', message.at)
  return [readName(message.bytes(1), message.at), readText(value, message.at)]
}

/** Below this a call of the decoder costs more than the characters. */
const shortText = 24

function readText(bytes: Uint8Array, at: string): string {
  if (bytes.length < shortText && bytes.every((byte) => byte < 0x80)) {
    return String.fromCharCode(...bytes)
  }
  try {
    return decoder.decode(bytes)
  } catch {
    return refuse('text', at)
  }
}
