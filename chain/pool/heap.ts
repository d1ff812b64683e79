/** A binary heap: what `precedes` puts first comes out first. */
export class Heap<Item> {
  readonly #precedes: (a: Item, b: Item) => boolean
  readonly #items: Item[]

  constructor(precedes: (a: Item, b: Item) => boolean, items: readonly Item[] = []) {
    this.#precedes = precedes
    this.#items = [...items]
    for (let index = (this.#items.length >> 1) - 1; index >= 0; index--) this.#sink(index)
  }

  push(item: Item): void {
    const items = this.#items
    let index = items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = items[parent] as Item
      if (!this.#precedes(item, above)) break
      items[index] = above
      index = parent
    }
    items[index] = item
  }

  pop(): Item | undefined {
    const [first] = this.#items
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last
      this.#sink(0)
    }
    return first
  }

  #sink(start: number): void {
    const items = this.#items
    const item = items[start] as Item
    let index = start
    for (let child = 2 * index + 1; child < items.length; child = 2 * index + 1) {
      if (
        child + 1 < items.length &&
        this.#precedes(items[child + 1] as Item, items[child] as Item)
      ) {
        child++
      }
      if (!this.#precedes(items[child] as Item, item)) break
      items[index] = items[child] as Item
      index = child
    }
    items[index] = item
  }
}
