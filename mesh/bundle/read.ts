import { dataChunks } from './layout.ts'
import { decodeManifest, type Manifest } from './manifest.ts'
import type { Group } from './open.ts'
import type { Opening } from './opening.ts'
import { type Frame, frameTypes } from './pack.ts'
import { Unpacker } from './unpack.ts'

/** What became of the chunks of a bundle. */
export interface Condition {
  /** Chunks that were read, with those that parity brought back. */
  readonly opened: number
  readonly repaired: number
  /** Those of which is known that they were there. */
  readonly lost: number
  /** Frames cut by these, or that make no sense. */
  readonly dropped: number
  /** Its end was found. */
  readonly isEnded: boolean
}

/** The frames of a bundle, group by group. */
export class Reading {
  readonly #opening: Opening
  #opened = 0
  #repaired = 0
  #lost = 0
  /** Chunks since the last group of which anything was found: lost, or padding. */
  #blank = 0
  #isEnded = false
  readonly #unpacker = new Unpacker()
  #next = 0

  constructor(opening: Opening) {
    this.#opening = opening
  }

  get condition(): Condition {
    return {
      opened: this.#opened,
      repaired: this.#repaired,
      lost: this.#lost,
      dropped: this.#unpacker.dropped,
      isEnded: this.#isEnded,
    }
  }

  /** Nothing was lost before `next`. */
  get isGapless(): boolean {
    return this.#lost === 0 && this.#blank === 0
  }

  /** The chunk from which reading has to begin to miss no frame that was not given yet. */
  get next(): number {
    return this.#unpacker.since ?? this.#next
  }

  /** Whole frames from `chunk` on: those of one group at a time. */
  async *from(chunk: number): AsyncGenerator<readonly Frame[], void, void> {
    this.#next = chunk
    for await (const { number, chunks, ...group } of this.#opening.groups(groupOf(chunk))) {
      this.#count(chunks, group)
      const frames: Frame[] = []
      for (const [place, content] of chunks.entries()) {
        const index = number * dataChunks + place
        if (index < chunk) continue
        if (content === undefined) this.#unpacker.lost()
        else frames.push(...this.#unpacker.take(index, content))
      }
      this.#next = number * dataChunks + chunks.length
      yield frames
    }
  }

  #count(chunks: Group['chunks'], group: Pick<Group, 'isBlank' | 'isLast' | 'repaired'>): void {
    if (group.isBlank) {
      this.#blank += chunks.length
      return
    }
    const found = chunks.filter((chunk) => chunk !== undefined).length
    this.#opened += found
    this.#repaired += group.repaired
    this.#lost += this.#blank + chunks.length - found
    this.#blank = 0
    this.#isEnded = group.isLast
  }
}

/** What a bundle says of itself, unless it is lost. Throws `MESH_MALFORMED`. */
export async function manifestOf(opening: Opening): Promise<Manifest | undefined> {
  for await (const frames of new Reading(opening).from(0)) {
    const frame = frames.find(({ type }) => type === frameTypes.manifest)
    return frame && decodeManifest(frame.body)
  }
  return undefined
}

/** The number of the group that a chunk belongs to. */
function groupOf(chunk: number): number {
  return Math.floor(chunk / dataChunks)
}
