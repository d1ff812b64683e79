import { bundleClosed, bundleForm } from '../faults.ts'
import { ChunkCipher } from './cipher.ts'
import { groupBytes, saltBytes, sizeClass } from './layout.ts'
import { type Group, openGroups } from './open.ts'
import { isLabelled, labelledBytes, openingOf, type OpeningSecret } from './secret.ts'
import { type ByteSource, Pieces } from './source.ts'

/** A bundle in the hands of who may have its secret. */
export class Opening {
  readonly salt: Uint8Array
  /** As far as it was read. */
  length = 0
  /** Whether anything of it opened. */
  hasOpened = false
  readonly #source: ByteSource
  readonly #cipher: ChunkCipher
  /** Bytes before the first chunk. */
  readonly #head: number

  private constructor(source: ByteSource, salt: Uint8Array, cipher: ChunkCipher, head: number) {
    this.#source = source
    this.salt = salt
    this.#cipher = cipher
    this.#head = head
  }

  /**
   * Whether it can be opened shows only in its groups. Throws `MESH_BUNDLE_FORM` for a secret of another
   * form than the label of the file says, or a recipient's for a file that has none, and
   * `MESH_BUNDLE_CLOSED` for a file that is cut in the encapsulation.
   */
  static async begin(source: ByteSource, by: OpeningSecret): Promise<Opening> {
    const start = await startOf(source)
    const isToRecipient = isLabelled(start)
    if (isToRecipient !== (by.kind === 'recipient'))
      throw bundleForm(isToRecipient ? 'recipient' : 'shared secret')
    const head = isToRecipient ? labelledBytes : 0
    if (start.length < head) throw bundleClosed(sizeClass(start.length))
    // What is cut before its salt ends opens with no secret.
    const salt = new Uint8Array(saltBytes)
    salt.set(start.subarray(head, head + saltBytes))
    const secret = await openingOf(by, start.subarray(0, head), salt)
    const opening = new Opening(source, salt, new ChunkCipher(secret, salt), head + saltBytes)
    opening.length = start.length
    return opening
  }

  /** From group `number` on. */
  async *groups(number: number): AsyncGenerator<Group, void, void> {
    const start = this.#head + number * groupBytes
    const pieces = new Pieces(this.#source(start))
    try {
      for await (const group of openGroups(pieces, this.#cipher, number)) {
        this.length = Math.max(this.length, start + pieces.taken)
        this.hasOpened ||= !group.isBlank
        yield group
      }
    } finally {
      await pieces.close()
    }
  }
}

/** Enough of a file's beginning for label, encapsulation and salt. */
async function startOf(source: ByteSource): Promise<Uint8Array> {
  const pieces = new Pieces(source(0))
  try {
    return await pieces.take(labelledBytes + saltBytes)
  } finally {
    await pieces.close()
  }
}
