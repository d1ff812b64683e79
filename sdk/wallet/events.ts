type Listener = (...facts: unknown[]) => void

/** Who wants to hear what. @see EIP-1193, "Events" */
export class Listeners {
  readonly #listeners = new Map<string, Set<Listener>>()

  add(event: string, listener: Listener): void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
  }

  remove(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener)
  }

  emit(event: string, ...facts: readonly unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      // What a listener throws is the page's affair, and no answer of the wallet.
      queueMicrotask(() => listener(...facts))
    }
  }
}
