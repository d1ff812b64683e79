/** How many of something there are, in all and of each client that is counted. */
export class Shares {
  #size = 0
  readonly #clients = new Map<string, number>()

  get size(): number {
    return this.#size
  }

  of(client: string): number {
    return this.#clients.get(client) ?? 0
  }

  /** @param client Undefined for one that is counted in all alone. */
  add(client: string | undefined): void {
    this.#size++
    if (client !== undefined) this.#clients.set(client, this.of(client) + 1)
  }

  /** What was added. */
  remove(client: string | undefined): void {
    this.#size--
    if (client === undefined) return
    const left = this.of(client) - 1
    if (left > 0) this.#clients.set(client, left)
    else this.#clients.delete(client)
  }
}
