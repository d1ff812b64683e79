/**
 * A file of records. Each is checked as it is read: a hash runs over all of them, and the first bytes
 * of it stand behind each record, the whole of it in the last one. What is cut off, changed, left out
 * or put elsewhere shows at that place.
 *
 * | bytes | what |
 * |---|---|
 * | 14 | `pars-export/1` and a line feed |
 * | 4 | length of the record, big-endian |
 * | … | the record: canonical RLP |
 * | 8 | of sha256(hash so far ‖ record) |
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

import { concat, decodeRlp, encodeRlp, equal, Fault, fixed, type Rlp, utf8 } from '#base'
import { sha256 } from '#crypto'

import { limits } from '../limits.ts'

export type FileRecord = readonly [name: Uint8Array, ...fields: readonly Rlp[]]

const magic = utf8('pars-export/1\n')
const end = utf8('end')
const checkBytes = 8

/** What was written. */
export interface Written {
  readonly records: number
  readonly bytes: number
  /** Of all records: names the content of the file. */
  readonly digest: Uint8Array
}

/**
 * Writes `records` beside `file`, and gives it its name once all of it is on disk. Throws
 * `NODE_FILE_EXISTS` and `NODE_FILE`; what the records throw goes through, and nothing is left.
 */
export async function writeRecords(
  file: string,
  records: AsyncIterable<FileRecord>,
  progress: (bytes: number) => void = () => undefined,
): Promise<Written> {
  const draft = `${file}.part`
  if (await exists(file)) {
    throw new Fault({ code: 'NODE_FILE_EXISTS', file }, 'it is never overwritten: name another')
  }
  const writer = new RecordWriter(await attempt(draft, () => open(draft, 'w')), draft)
  try {
    for await (const record of records) {
      await writer.write(record)
      progress(writer.bytes)
    }
    const written = await writer.finish()
    await attempt(file, () => rename(draft, file))
    return written
  } catch (error) {
    await writer.close()
    await rm(draft, { force: true })
    throw error
  }
}

class RecordWriter {
  bytes = 0
  readonly #handle: FileHandle
  readonly #file: string
  #hash = new Uint8Array(32)
  #waiting: Uint8Array[] = [magic]
  #waitingBytes = magic.length
  #records = 0

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle
    this.#file = file
  }

  async write(record: FileRecord): Promise<void> {
    const bytes = encodeRlp(record)
    this.#hash = sha256(concat(this.#hash, bytes))
    this.#waiting.push(fixed(bytes.length, 4), bytes, this.#hash.subarray(0, checkBytes))
    this.#waitingBytes += bytes.length + 4 + checkBytes
    this.#records++
    if (this.#waitingBytes >= limits.exportBuffer.value) await this.#flush()
  }

  async finish(): Promise<Written> {
    const digest = this.#hash
    const records = this.#records
    await this.write([end, fixed(records, 8), digest])
    await this.#flush()
    await attempt(this.#file, () => this.#handle.sync())
    await this.#handle.close()
    return { records, bytes: this.bytes, digest }
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
  }

  async #flush(): Promise<void> {
    const bytes = concat(...this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    await attempt(this.#file, () => this.#handle.writeFile(bytes))
    this.bytes += bytes.length
  }
}

/**
 * The records of a file, without the last. Throws `NODE_FILE`, `NODE_EXPORT_FORMAT` for what is no such
 * file and `NODE_EXPORT_DAMAGED`.
 */
export async function* readRecords(
  file: string,
  progress: (bytes: number) => void = () => undefined,
): AsyncGenerator<FileRecord, Uint8Array> {
  await using handle = await attempt(file, () => open(file, 'r'))
  const source = new Source(handle, file)
  const found = await source.take(magic.length)
  if (found === undefined || !equal(found, magic)) {
    throw new Fault({ code: 'NODE_EXPORT_FORMAT', file }, 'name a file that pars db export wrote')
  }
  let hash = new Uint8Array(32)
  for (let records = 0; ; records++) {
    const { at } = source
    const bytes = await source.record()
    const next = bytes && sha256(concat(hash, bytes))
    const check = bytes && (await source.take(checkBytes))
    if (bytes === undefined || next === undefined || check === undefined) throw damaged(file, at)
    if (!equal(next.subarray(0, checkBytes), check)) throw damaged(file, at)
    const record = recordIn(bytes, () => damaged(file, at))
    if (equal(record[0], end)) {
      const [, count, digest] = record
      const isWhole = count instanceof Uint8Array && digest instanceof Uint8Array
      if (!isWhole || !equal(count, fixed(records, 8)) || !equal(digest, hash)) {
        throw damaged(file, at)
      }
      if ((await source.take(1)) !== undefined) throw damaged(file, source.at)
      return digest
    }
    hash = next
    progress(source.at)
    yield record
  }
}

function recordIn(bytes: Uint8Array, wrong: () => Fault): FileRecord {
  try {
    const record = decodeRlp(bytes)
    if (!(record instanceof Uint8Array) && record[0] instanceof Uint8Array) {
      return record as unknown as FileRecord
    }
  } catch {
    // As below.
  }
  throw wrong()
}

function damaged(file: string, at: number): Fault {
  return new Fault(
    { code: 'NODE_EXPORT_DAMAGED', file, at },
    'it is cut off or changed from that byte on: copy or export it again',
  )
}

/** A file from its beginning, a piece at a time. */
class Source {
  at = 0
  readonly #handle: FileHandle
  readonly #file: string
  #buffer = new Uint8Array(0)

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle
    this.#file = file
  }

  /** Undefined where the file ends before. */
  async record(): Promise<Uint8Array | undefined> {
    const head = await this.take(4)
    if (head === undefined) return undefined
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    return length > limits.exportRecord.value ? undefined : this.take(length)
  }

  async take(length: number): Promise<Uint8Array | undefined> {
    if (this.#buffer.length < length) await this.#fill(length)
    if (this.#buffer.length < length) return undefined
    const taken = this.#buffer.slice(0, length)
    this.#buffer = this.#buffer.subarray(length)
    this.at += length
    return taken
  }

  async #fill(length: number): Promise<void> {
    const bytes = new Uint8Array(Math.max(length, limits.exportBuffer.value))
    bytes.set(this.#buffer)
    let filled = this.#buffer.length
    while (filled < length) {
      const { bytesRead } = await attempt(this.#file, () =>
        this.#handle.read(bytes, filled, bytes.length - filled),
      )
      if (bytesRead === 0) break
      filled += bytesRead
    }
    this.#buffer = bytes.subarray(0, filled)
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await using _ = await open(file, 'r')
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT'
  }
}

async function attempt<Result>(file: string, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task()
  } catch (error) {
    const reason = (error as { code?: string }).code ?? String(error)
    const cure =
      reason === 'ENOSPC' || reason === 'EDQUOT'
        ? `free some space on the disk of ${path.dirname(file)}, or name another place`
        : 'look at the path and its rights'
    throw new Fault({ code: 'NODE_FILE', file, reason }, cure)
  }
}
