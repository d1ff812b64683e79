/** Bundles as files. */
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { equal, Fault } from '#base'
import type { ByteSource, CarriedFile } from '#mesh'

import { readUpTo, reasonOf } from '../../files.ts'

/** Of one read: as many as a chunk, so that a bad sector costs no more. */
const pieceBytes = 65_536

/**
 * Writes a new file and resolves with its length once it is on disk: all of it, or none. Throws
 * `NODE_FILE_EXISTS` and `NODE_FILE`; what the pieces throw goes through, and nothing is left.
 */
export async function writePieces(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  progress: (bytes: number) => void,
): Promise<number> {
  const draft = `${file}.part`
  if (await isThere(file)) {
    throw new Fault({ code: 'NODE_FILE_EXISTS', file }, 'it is never overwritten: name another')
  }
  try {
    let length = 0
    {
      await using handle = await attempt(draft, () => open(draft, 'w'))
      for await (const piece of pieces) {
        await attempt(draft, () => handle.writeFile(piece))
        length += piece.length
        progress(length)
      }
      await attempt(draft, () => handle.sync())
    }
    await attempt(file, () => rename(draft, file))
    return length
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** The bytes of a file; zeros where the disk can't read them. Throws `NODE_FILE`. */
export function sourceOf(file: string): ByteSource {
  return async function* from(start) {
    await using handle = await attempt(file, () => open(file, 'r'))
    const { size } = await attempt(file, () => handle.stat())
    for (let at = start; at < size;) {
      const piece = await readPiece(handle, file, at, Math.min(pieceBytes, size - at))
      if (piece.length === 0) return
      at += piece.length
      yield piece
    }
  }
}

/**
 * Puts a file that was carried into `folder`, under its name, or where another has that under one of
 * its own. Throws `NODE_FILE`.
 *
 * @returns Where it is: also when it was there already.
 */
export async function placeFile(
  folder: string,
  { name, content }: CarriedFile,
  id: Uint8Array,
): Promise<string> {
  const { name: stem, ext } = path.parse(name)
  const own = `${stem}-${id.subarray(0, 8).toHex()}${ext}`
  for (const place of [name, own].map((one) => path.join(folder, one))) {
    const isNew = await attempt(place, () => writeNew(place, content))
    if (isNew || (await attempt(place, () => holds(place, content)))) return place
  }
  throw unusable(path.join(folder, own), new Error('another file has its name'))
}

async function writeNew(file: string, content: Uint8Array): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    if (reasonOf(error) === 'EEXIST') return false
    throw error
  }
}

async function holds(file: string, content: Uint8Array): Promise<boolean> {
  await using handle = await open(file, 'r')
  return equal(await readUpTo(handle, content.length + 1), content)
}

async function readPiece(
  handle: Pick<FileHandle, 'read'>,
  file: string,
  at: number,
  length: number,
): Promise<Uint8Array> {
  const piece = new Uint8Array(length)
  try {
    const { bytesRead } = await handle.read(piece, 0, length, at)
    return piece.subarray(0, bytesRead)
  } catch (error) {
    // Of a stick that fails, what can be read is worth having.
    if (reasonOf(error) === 'EIO') return piece.fill(0)
    throw unusable(file, error)
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await using _ = await open(file, 'r')
    return true
  } catch (error) {
    return reasonOf(error) !== 'ENOENT'
  }
}

async function attempt<Result>(file: string, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task()
  } catch (error) {
    throw unusable(file, error)
  }
}

function unusable(file: string, error: unknown): Fault {
  const reason = reasonOf(error)
  const cure =
    reason === 'ENOSPC' || reason === 'EDQUOT' || reason === 'EFBIG'
      ? `free some space on the disk of ${path.dirname(file)}, or name another place`
      : 'look at the path and its rights'
  return new Fault({ code: 'NODE_FILE', file, reason }, cure)
}
