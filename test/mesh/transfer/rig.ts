import {
  type Conditions,
  SeededRandom,
  type SimMedium,
  simPair,
  VirtualClock,
} from '../../../mesh/sim/index.ts'
import { LinkModel, Transfers } from '../../../mesh/transfer/index.ts'

/** Of a sealed cell, beside the frame. */
const cellOverhead = 28

export interface End {
  readonly medium: SimMedium
  readonly model: LinkModel
  readonly transfers: Transfers
  /** What arrived here, in order. */
  readonly delivered: Uint8Array[]
  /** Bytes of the cells that were sent from here. */
  readonly sent: number[]
}

/** Two ends of a simulated link, each with what sends and takes objects. */
export class Rig {
  readonly clock = new VirtualClock()
  readonly random: SeededRandom
  readonly a: End
  readonly b: End

  /** @param deliver At `b`, beside remembering. */
  constructor(
    conditions: Conditions,
    seed = 1,
    deliver: (object: Uint8Array) => void | Promise<void> = () => undefined,
  ) {
    this.random = new SeededRandom(seed)
    const [a, b] = simPair(this.clock, this.random, conditions)
    this.a = this.#end(a, () => undefined)
    this.b = this.#end(b, deliver)
  }

  /** Whether the promise is settled within `span` milliseconds. */
  async settles(promise: Promise<unknown>, span = 1e9): Promise<boolean> {
    let isSettled = false
    const settle = (): void => void (isSettled = true)
    promise.then(settle, settle)
    return this.clock.run(span, () => isSettled)
  }

  #end(medium: SimMedium, deliver: (object: Uint8Array) => void | Promise<void>): End {
    const delivered: Uint8Array[] = []
    const sent: number[] = []
    const model = new LinkModel(medium.facts)
    const transfers = new Transfers({
      clock: this.clock,
      random: this.random,
      model,
      payload: medium.facts.mtu - cellOverhead,
      send: (frame) => {
        const cell = new Uint8Array(frame.length + cellOverhead)
        cell.set(frame)
        sent.push(cell.length)
        return medium.send(cell)
      },
      deliver: async (object) => {
        await deliver(object)
        delivered.push(object)
      },
    })
    void medium.start((cell) => transfers.heard(cell.subarray(0, -cellOverhead)))
    return { medium, model, transfers, delivered, sent }
  }
}
