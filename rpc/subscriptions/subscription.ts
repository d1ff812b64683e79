import type { Hex } from '#base'

import { limits } from '../limits.ts'

/** The connection that notifications go to. */
export interface Recipient {
  /** Puts a notification on its way. */
  notify(text: string): void
  /** So many bytes wait for their turn. It may end the connection. */
  hold(size: number): void
  /** They wait no more. */
  release(size: number): void
  /** Ends the connection: it cannot be told everything. */
  cut(): void
}

/** What one client follows under one id. */
export class Subscription {
  readonly id: Hex
  /** As `sourceOf` names it. */
  readonly client: string
  readonly #recipient: Recipient
  /** What came before the answer that tells the id was on its way. */
  #held: string[] | undefined = []

  constructor(id: Hex, client: string, recipient: Recipient) {
    this.id = id
    this.client = client
    this.#recipient = recipient
  }

  /** @param result JSON, shared by all that follow the same. */
  notify(result: string): void {
    if (this.#held === undefined) this.#recipient.notify(this.#text(result))
    else if (this.#held.length < limits.heldNotifications.value) {
      this.#held.push(result)
      this.#recipient.hold(sizeOf(result))
    } else this.#recipient.cut()
  }

  /** The client knows the id. */
  release(): void {
    for (const result of this.#unhold()) this.#recipient.notify(this.#text(result))
  }

  /** It has ended: what was held is not told. */
  forget(): void {
    this.#unhold()
  }

  /** It cannot be told everything: better no connection than one that keeps silent about it. */
  fail(): void {
    this.#recipient.cut()
  }

  #unhold(): readonly string[] {
    const held = this.#held ?? []
    this.#held = undefined
    this.#recipient.release(held.reduce((sum, result) => sum + sizeOf(result), 0))
    return held
  }

  #text(result: string): string {
    return `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${this.id}","result":${result}}}`
  }
}

/** In bytes: what is told of is ASCII. */
function sizeOf(result: string): number {
  return result.length
}
