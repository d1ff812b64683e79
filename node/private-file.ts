/** Files that hold secrets: readable by their owner alone, whole or absent. */
import { link, mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { Fault } from '#base'

import { readUpTo, reasonOf } from './files.ts'
import { systemRandom } from './random.ts'

/** Windows keeps other people out by the rights of the home folder and knows no mode bits. */
const hasModes = process.platform !== 'win32'

/** Makes the folder, for its owner alone. Throws `NODE_FILE`. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unusable(folder, error, 'make its parent writable, or name another folder')
  })
}

/** The system's `link`, which file systems of removable disks may lack. */
type Link = typeof link

/**
 * Writes a new file and resolves once it is on disk. A crash leaves all of it or none, but where the
 * file system knows no links (FAT, exFAT): there it can leave a part. Throws `NODE_FILE_EXISTS` and
 * `NODE_FILE`.
 */
export async function writePrivate(
  file: string,
  content: Uint8Array,
  linkFile: Link = link,
): Promise<void> {
  const folder = path.dirname(file)
  const draft = path.join(folder, `.${path.basename(file)}.${systemRandom.bytes(8).toHex()}`)
  try {
    await writeNew(draft, content)
    // Unlike a rename, neither ever takes the place of a file.
    await linkFile(draft, file).catch((error: unknown) => {
      if (knowsLinks(error)) throw error
      return writeNew(file, content)
    })
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
 * Puts a file in the place of what is there, if anything, and resolves once it is on disk. A crash
 * leaves the old one or the new one. Throws `NODE_FILE`.
 */
export async function replacePrivate(file: string, content: Uint8Array): Promise<void> {
  const folder = path.dirname(file)
  const draft = path.join(folder, `.${path.basename(file)}.${systemRandom.bytes(8).toHex()}`)
  try {
    await writeNew(draft, content)
    await rename(draft, file)
    await syncFolder(folder)
  } catch (error) {
    await rm(draft, { force: true })
    throw unusable(file, error, 'make its folder writable, or free some space')
  }
}

async function writeNew(file: string, content: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** Linux says EPERM, macOS ENOTSUP; Windows on FAT, EISDIR. */
function knowsLinks(error: unknown): boolean {
  const { code = '' } = error as { readonly code?: string }
  return !['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR'].includes(code)
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
        'others may have read or changed it: if not, take their rights away with chmod 600; where that changes nothing, the file system knows no rights (FAT, exFAT): copy the file to one that does',
      )
    }
    return await readUpTo(handle, most + 1)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw unusable(file, error, 'name a file that you can read')
  }
}

/** Reads as `readPrivate` what others may see. Throws `NODE_FILE`. */
export async function readPublic(file: string, most: number): Promise<Uint8Array> {
  try {
    await using handle = await open(file, 'r')
    return await readUpTo(handle, most + 1)
  } catch (error) {
    throw unusable(file, error, 'name a file that you can read')
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (!hasModes) return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

function unusable(file: string, error: unknown, cure: string): Fault {
  const reason = reasonOf(error)
  return new Fault({ code: 'NODE_FILE', file, reason }, cure)
}
