/** Files that anybody may see: read within bounds, and replaced whole. */
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { systemRandom } from './random.ts'

/** The system's code for what went wrong with a file, a folder or a socket, or else the error's text. */
export function reasonOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? String(error)
}

/** The text of a file of at most `most` bytes. Throws what the system does, and a RangeError. */
export async function readText(file: string, most: number): Promise<string> {
  await using handle = await open(file)
  const bytes = await readUpTo(handle, most + 1)
  if (bytes.length > most) throw new RangeError('too long')
  return Buffer.from(bytes).toString('utf8')
}

/** Reads `size` bytes or up to the end: pipes and what the system makes up say no size before. */
export async function readUpTo(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

/** Puts `text` in the place of what `file` holds: all of it or nothing. Throws what the system does. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const name = `.${path.basename(file)}.${systemRandom.bytes(8).toHex()}`
  const draft = path.join(path.dirname(file), name)
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
