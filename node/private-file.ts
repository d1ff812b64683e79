/** Files that hold secrets: readable by their owner alone, whole or absent, never overwritten. */
import { type FileHandle, link, mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { Fault } from '#base'

import { systemRandom } from './random.ts'

/** Windows keeps other people out by the rights of the home folder and knows no mode bits. */
const hasModes = process.platform !== 'win32'

/** Makes the folder, for its owner alone. Throws `NODE_FILE`. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unusable(folder, error, 'make its parent writable, or name another folder')
  })
}

/**
 * Writes a new file and resolves once it is on disk: a crash leaves all of it or none. Throws
 * `NODE_FILE_EXISTS` and `NODE_FILE`.
 */
export async function writePrivate(file: string, content: Uint8Array): Promise<void> {
  const folder = path.dirname(file)
  const draft = path.join(folder, `.${path.basename(file)}.${systemRandom.bytes(8).toHex()}`)
  try {
    await using handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(content)
    await handle.sync()
    // Unlike a rename, a link never takes the place of a file.
    await link(draft, file)
    await rm(draft)
    await syncFolder(folder)
  } catch (error) {
    await rm(draft, { force: true })
    if ((error as { code?: string }).code === 'EEXIST') {
      throw new Fault({ code: 'NODE_FILE_EXISTS', file }, 'it is never overwritten: name another')
    }
    throw unusable(file, error, 'make its folder writable, free some space, or name another file')
  }
}

/**
 * Reads at most `most` bytes and one, which tells that there are more. Throws `NODE_FILE`, and
 * `NODE_FILE_EXPOSED` when others may read or write the file.
 */
export async function readPrivate(file: string, most: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file, 'r')
    const { mode } = await handle.stat()
    if (hasModes && (mode & 0o077) !== 0) {
      throw new Fault(
        { code: 'NODE_FILE_EXPOSED', file, mode: (mode & 0o777).toString(8) },
        'others may have read or changed it: if not, take their rights away with chmod 600',
      )
    }
    return await readUpTo(handle, most + 1)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw unusable(file, error, 'name a file that you can read')
  }
}

async function readUpTo(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}

async function syncFolder(folder: string): Promise<void> {
  if (!hasModes) return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

function unusable(file: string, error: unknown, cure: string): Fault {
  const reason = (error as { code?: string }).code ?? String(error)
  return new Fault({ code: 'NODE_FILE', file, reason }, cure)
}
