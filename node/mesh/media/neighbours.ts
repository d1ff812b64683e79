import type { Clock } from '#base'

import { endpointText } from './endpoints.ts'
import { limits } from './limits.ts'

interface Heard {
  readonly address: string
  readonly port: number
  instance: string
  at: number
}

/** Who was heard on a medium of datagrams, and lately. */
export class Neighbours {
  readonly #clock: Clock
  readonly #silence: number
  readonly #heard = new Map<string, Heard>()

  /** @param silence Milliseconds after which one is forgotten. */
  constructor(clock: Clock, silence: number) {
    this.#clock = clock
    this.#silence = silence
  }

  /** @returns Whether that is somebody new. Where too many are known, nobody new is remembered. */
  hear(address: string, port: number, instance = ''): boolean {
    const name = endpointText(address, port)
    const at = this.#clock.now()
    const known = this.#heard.get(name)
    if (known !== undefined) {
      const isNew = known.instance !== instance
      known.at = at
      known.instance = instance
      return isNew
    }
    this.#forget()
    let ofAddress = 0
    for (const one of this.#heard.values()) if (one.address === address) ofAddress++
    if (
      this.#heard.size >= limits.neighbours.value ||
      ofAddress >= limits.neighboursOfAddress.value
    ) {
      return false
    }
    this.#heard.set(name, { address, port, instance, at })
    return true
  }

  has(name: string): boolean {
    return this.#heard.has(name)
  }

  names(): readonly string[] {
    this.#forget()
    return [...this.#heard.keys()]
  }

  #forget(): void {
    const before = this.#clock.now() - this.#silence
    for (const [name, { at }] of this.#heard) if (at < before) this.#heard.delete(name)
  }
}
