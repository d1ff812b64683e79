/** What becomes of PIPs, told once each. */
import { listPips, type PipStatus } from '#governance'

import type { RpcAsker } from '../rpc-client.ts'
import { pipOf, type Present, presentOf } from './present.ts'
import { upgradeOf } from './readiness.ts'
import { isFinal, stepsOf } from './steps.ts'

export interface News {
  readonly number: number
  readonly status: PipStatus
  /** A status, a revision, or a step that may be taken from now on. */
  readonly what: string
}

const page = 100

export class Watch {
  readonly #rpc: RpcAsker
  readonly #number: number | undefined
  /** What was said of those of which something may still become. */
  readonly #told = new Map<number, ReadonlySet<string>>()
  #found = 0

  /** Of one PIP, or of all. */
  constructor(rpc: RpcAsker, number: number | undefined) {
    this.#rpc = rpc
    this.#number = number
    if (number !== undefined) this.#told.set(number, new Set())
  }

  /** Nothing will become of the one that is watched any more. */
  get isOver(): boolean {
    return this.#number !== undefined && this.#told.size === 0
  }

  async look(): Promise<readonly News[]> {
    const present = await presentOf(this.#rpc)
    if (this.#number === undefined) await this.#find(present)
    const news: News[] = []
    for (const [number, told] of this.#told) {
      const pip = await pipOf(present, number)
      const { status } = pip
      const possible = stepsOf(pip).filter(({ from }) => from <= present.now)
      const steps = possible.map(({ command, who }) => `pars pip ${command} (${who})`)
      const upgrades = await Promise.all(pip.upgrades.map((id) => upgradeOf(present.call, id)))
      const standing = upgrades.map(({ id, state }) => `upgrade ${id} ${state.toLowerCase()}`)
      const all = [`revision ${pip.revision}`, status, ...standing, ...steps]
      news.push(...all.filter((what) => !told.has(what)).map((what) => ({ number, status, what })))
      const states = upgrades.map(({ state }) => state)
      if (isFinal(pip, states)) this.#told.delete(number)
      else this.#told.set(number, new Set(all))
    }
    return news
  }

  async #find({ call }: Present): Promise<void> {
    for (;;) {
      const { pips } = await listPips(call, this.#found, page)
      for (const { number } of pips) this.#told.set(number, new Set())
      this.#found += pips.length
      if (pips.length < page) return
    }
  }
}
