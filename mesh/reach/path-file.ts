import { concat, equal, fixed, utf8 } from '#base'

import { malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { AnnounceBody } from './announce.ts'
import type { KnownPath } from './paths.ts'

const version = 1
const checksumBytes = 16

/**
 * A path table as it survives a restart: `1 | entries | checksum16`, each entry `flags1 | distance1 |
 * heardAt8 | expires8 | size2 medium | size2 neighbour | size2 body`. The checksum finds damage, not
 * malice: who can write the file can write anything.
 */
export function encodePaths(paths: readonly KnownPath[]): Uint8Array<ArrayBuffer> {
  const entries = paths.map(({ via, distance, isLost, heardAt, expires, body }) => {
    const flags = (isLost ? 1 : 0) | (via.neighbour === undefined ? 0 : 2)
    const head = concat(Uint8Array.of(flags, distance), fixed(heardAt, 8), fixed(expires, 8))
    const parts = [utf8(via.medium), utf8(via.neighbour ?? ''), body.bytes]
    return concat(head, ...parts.flatMap((part) => [fixed(part.length, 2), part]))
  })
  const content = concat(Uint8Array.of(version), ...entries)
  return concat(content, checksum(content))
}

/** Throws `MESH_MALFORMED`. */
export function decodePaths(bytes: Uint8Array): readonly KnownPath[] {
  const content = bytes.subarray(0, -checksumBytes)
  if (content.length === 0 || !equal(checksum(content), bytes.subarray(-checksumBytes))) {
    throw malformed('path table', 'it is damaged')
  }
  if (content[0] !== version) throw malformed('path table', 'it is of another version')
  const paths: KnownPath[] = []
  const reader = new Reader(content.subarray(1))
  while (!reader.isAtEnd) {
    if (paths.length >= limits.paths.value) throw malformed('path table', 'it is too large')
    paths.push(readPath(reader))
  }
  return paths
}

function readPath(reader: Reader): KnownPath {
  const flags = reader.number(1)
  const distance = reader.number(1)
  const heardAt = reader.number(8)
  const expires = reader.number(8)
  const medium = reader.text()
  const neighbour = reader.text()
  const body = new AnnounceBody(new Uint8Array(reader.sized()))
  return {
    body,
    epoch: body.epoch,
    via: (flags & 2) === 0 ? { medium } : { medium, neighbour },
    distance,
    heardAt,
    expires,
    isLost: (flags & 1) === 1,
  }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(size: number): number {
    return Number(`0x${this.#take(size).toHex()}`)
  }

  sized(): Uint8Array {
    return this.#take(this.number(2))
  }

  text(): string {
    return new TextDecoder().decode(this.sized())
  }

  #take(size: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + size)
    if (part.length < size) throw malformed('path table', 'it is cut')
    this.#at += size
    return part
  }
}

function checksum(content: Uint8Array): Uint8Array {
  return meshHash('path-table', checksumBytes, content)
}
