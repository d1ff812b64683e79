/** The Markdown of a PIP as the registry holds it: chunks, each under its own hash. */
import { concat, equal, Fault, hex, type Hex } from '#base'
import { keccak256 } from '#crypto'

import { limits } from '../limits.ts'

export const maximumBytes = limits.chunkBytes.value * limits.chunks.value

/** A text as the registry names it. Hashes are keccak-256. */
export interface PipContent {
  readonly hash: Uint8Array
  /** Bytes. */
  readonly size: number
  /** In order; each of full size but the last. */
  readonly chunks: readonly { readonly hash: Uint8Array; readonly bytes: Uint8Array }[]
}

/** `content` in chunks that are views into it. Throws `GOVERNANCE_CONTENT_SIZE`. */
export function pipContent(content: Uint8Array): PipContent {
  const { length } = content
  if (length === 0 || length > maximumBytes) {
    throw new Fault(
      { code: 'GOVERNANCE_CONTENT_SIZE', size: length, most: maximumBytes },
      'a PIP has at least one byte, and what is long belongs into documents that it names by hash',
    )
  }
  const size = limits.chunkBytes.value
  const chunks = Array.from({ length: Math.ceil(length / size) }, (_, index) => {
    const bytes = content.subarray(index * size, (index + 1) * size)
    return { hash: keccak256(bytes), bytes }
  })
  return { hash: keccak256(content), size: length, chunks }
}

/**
 * What `chunks` are together, when that is the text of `hash` and `size` bytes. Throws
 * `GOVERNANCE_CONTENT_MISMATCH`.
 */
export function joinContent(
  { hash, size }: Pick<PipContent, 'hash' | 'size'>,
  chunks: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const actual = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  if (actual !== size || size > maximumBytes) throw mismatch({ size, actual })
  const content = concat(...chunks)
  const found = keccak256(content)
  if (!equal(found, hash)) throw mismatch({ hash: hex(hash), actual: hex(found) })
  return content
}

function mismatch(facts: Readonly<Record<string, Hex | number>>): Fault {
  return new Fault(
    { code: 'GOVERNANCE_CONTENT_MISMATCH', ...facts },
    'these chunks are not the text that the registry names: fetch them from another node',
  )
}

/** The Governor's description of a proposal: it binds the vote to one revision, bytes and all. */
export function proposalDescription(
  number: number,
  revision: number,
  contentHash: Uint8Array,
): string {
  return `PIP-${number} r${revision} keccak256:${hex(contentHash)}`
}
