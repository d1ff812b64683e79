import { open, opendir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

import type { Clock, Random } from '#base'

import { readUpTo } from '../../files.ts'
import { limits } from './limits.ts'

interface DropFile {
  readonly name: string
  readonly bytes: number
  /** Milliseconds, by the clock of whoever wrote it. */
  readonly changed: number
}

const finished = /^[0-9a-f]{32}\.cells$/
const unfinished = /^[0-9a-f]{32}\.part$/

/**
 * Files that never change once they have their name, in a folder that may come and go: on a disk that is
 * carried about, or of a program that copies folders between machines.
 */
export class DropFolder {
  readonly #folder: string
  readonly #clock: Clock
  readonly #random: Random
  /** When this node has first seen a file: clocks of others may be wrong by years. */
  readonly #firstSeen = new Map<string, number>()
  /** Those that were taken or written already. */
  readonly #known = new Set<string>()

  constructor(
    folder: string,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
  ) {
    this.#folder = folder
    this.#clock = clock
    this.#random = random
  }

  /** A new file, resolved once it is on disk. A crash leaves all of it or none. Throws as the system. */
  async write(content: Uint8Array): Promise<void> {
    const name = this.#random.bytes(16).toHex()
    const draft = path.join(this.#folder, `${name}.part`)
    const file = `${name}.cells`
    this.#known.add(file)
    try {
      await writeSynced(draft, content)
      await rename(draft, path.join(this.#folder, file))
    } catch (error) {
      this.#known.delete(file)
      await rm(draft, { force: true }).catch(() => {})
      throw error
    }
    await this.#sync()
  }

  /** Hands over each file that has come, then removes what is too old or too much. */
  async look(take: (content: Uint8Array) => void): Promise<void> {
    const files = await this.#list()
    for (const { name, bytes } of files) {
      if (!finished.test(name) || this.#known.has(name)) continue
      this.#known.add(name)
      if (bytes > limits.dropFileBytes.value) continue
      const content = await readWhole(path.join(this.#folder, name))
      if (content !== undefined) take(content)
    }
    await this.#tidy(files)
  }

  /** Oldest first, of those whose names are of this kind alone. */
  async #list(): Promise<readonly DropFile[]> {
    const files: DropFile[] = []
    for await (const entry of await opendir(this.#folder)) {
      const isOne = finished.test(entry.name) || unfinished.test(entry.name)
      if (!isOne || !entry.isFile()) continue
      const found = await stat(path.join(this.#folder, entry.name)).catch(() => undefined)
      if (found === undefined) continue
      files.push({ name: entry.name, bytes: found.size, changed: found.mtimeMs })
      if (files.length === limits.dropFiles.value) break
    }
    const now = this.#clock.now()
    const names = new Set(files.map(({ name }) => name))
    for (const name of this.#firstSeen.keys()) {
      if (names.has(name)) continue
      this.#firstSeen.delete(name)
      this.#known.delete(name)
    }
    for (const name of names) if (!this.#firstSeen.has(name)) this.#firstSeen.set(name, now)
    return files.toSorted((a, b) => a.changed - b.changed || (a.name < b.name ? -1 : 1))
  }

  async #tidy(files: readonly DropFile[]): Promise<void> {
    const before = this.#clock.now() - limits.dropAge.value
    // Where there may be more than were listed, a part of these makes room to see the others.
    const most = limits.dropFiles.value
    let excess = files.length === most ? most / 4 : 0
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of files) {
      const isOld = (this.#firstSeen.get(file.name) ?? before) < before
      if (!isOld && excess <= 0 && bytes <= limits.dropBytes.value) continue
      await rm(path.join(this.#folder, file.name), { force: true })
      bytes -= file.bytes
      excess--
    }
  }

  async #sync(): Promise<void> {
    // Not every system can open a folder, nor every file system write one.
    const handle = await open(this.#folder, 'r').catch(() => undefined)
    await handle?.sync().catch(() => {})
    await handle?.close()
  }
}

async function writeSynced(file: string, content: Uint8Array): Promise<void> {
  await using handle = await open(file, 'wx')
  await handle.writeFile(content)
  await handle.sync()
}

/** Undefined where it has gone since it was listed, as somebody has made room, or has grown. */
async function readWhole(file: string): Promise<Uint8Array | undefined> {
  try {
    await using handle = await open(file)
    const most = limits.dropFileBytes.value
    const content = await readUpTo(handle, most + 1)
    return content.length > most ? undefined : content
  } catch {
    return undefined
  }
}
