import type { Clock } from '#base'

import { limits } from '../limits.ts'

/** A large answer is written piece by piece: after each, others get in. */
export class Pieces {
  readonly #clock: Clock
  #written = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Asked after each item. @param characters Of its JSON. */
  async wrote(characters: number): Promise<void> {
    this.#written += characters
    if (this.#written < limits.renderCharacters.value) return
    this.#written = 0
    await new Promise<void>((resolve) => this.#clock.after(0, resolve))
  }
}

/** A JSON array of what `render` makes of each item. */
export async function writeArray<Item>(
  items: Iterable<Item>,
  render: (item: Item) => unknown,
  pieces: Pieces,
): Promise<string> {
  // Appending copies nothing; joining would copy 15 MB once more, in one piece.
  let text = ''
  for (const item of items) {
    const written = JSON.stringify(render(item))
    text += text === '' ? written : `,${written}`
    await pieces.wrote(written.length)
  }
  return `[${text}]`
}
