import type { Hex } from '#base'

import { limits } from '../limits.ts'

/** What one client follows under one id. */
export class Subscription {
  readonly id: Hex
  readonly #send: (text: string) => void
  readonly #drop: () => void
  /** What came before the answer that tells the id was on its way. */
  #held: string[] | undefined = []

  constructor(id: Hex, send: (text: string) => void, drop: () => void) {
    this.id = id
    this.#send = send
    this.#drop = drop
  }

  /** @param result JSON, shared by all that follow the same. */
  notify(result: string): void {
    if (this.#held === undefined) this.#send(this.#text(result))
    else if (this.#held.length < limits.heldNotifications.value) this.#held.push(result)
    else this.#drop()
  }

  /** The client knows the id. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const result of held) this.#send(this.#text(result))
  }

  /** It cannot be told everything: better no connection than one that keeps silent about it. */
  fail(): void {
    this.#drop()
  }

  #text(result: string): string {
    return `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${this.id}","result":${result}}}`
  }
}
