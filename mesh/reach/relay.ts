import { encodeCell } from '../cell.ts'
import { limits } from '../limits.ts'
import { fullAnnounce, shortAnnounce } from './announce.ts'
import type { Announceable, Ground } from './ground.ts'
import { mayRelay } from './modes.ts'
import { sourceKey } from './paths.ts'
import type { Place } from './place.ts'

/** Epochs after which a medium hears a full announce again: who joined meanwhile may have asked. */
const fullEvery = 48
const own = ''

/**
 * Sends announces on: over each medium whose mode allows it, full the first time and short from then
 * on, and once more where nobody is heard to repeat them.
 */
export class Relay {
  readonly #ground: Ground
  readonly #current: (key: string) => Announceable | undefined

  /** @param current What to say of a destination when its turn comes. */
  constructor(ground: Ground, current: (key: string) => Announceable | undefined) {
    this.#ground = ground
    this.#current = current
  }

  spread(key: string): void {
    for (const place of this.#ground.places()) this.spreadTo(place, key)
  }

  spreadTo(place: Place, key: string): void {
    const announced = this.#current(key)
    if (announced === undefined || !this.#mayGo(announced, place)) return
    const source = announced.via === undefined ? own : sourceKey(announced.via)
    place.cancelRetry(key)
    place.announces.put(source, key, {
      rank: announced.hops,
      notBefore: announced.via === undefined ? 0 : place.moment(),
      make: () => this.#make(place, key),
    })
  }

  #mayGo({ via, hops }: Announceable, place: Place): boolean {
    const to = place.facts?.mode
    if (to === undefined || hops > limits.hops.value) return false
    if (via === undefined) return to !== 'access-point'
    const from = this.#ground.place(via.medium)?.facts?.mode
    if (from === undefined || !mayRelay(from, to)) return false
    return via.medium !== place.name || place.reachesOthers
  }

  #make(place: Place, key: string): { cell: Uint8Array } | undefined {
    const announced = this.#current(key)
    if (announced === undefined) return undefined
    const { body, label, hops } = announced
    const last = place.fulls.get(key)
    const isFull = last === undefined || body.epoch - last >= fullEvery
    if (isFull) place.noteFull(key, body.epoch)
    const cell = isFull ? fullAnnounce(body, label, hops) : shortAnnounce(body, label, hops)
    const bytes = encodeCell(cell)
    this.#retryLater(place, key, body.epoch, bytes.length)
    return { cell: bytes }
  }

  #retryLater(place: Place, key: string, epoch: number, bytes: number): void {
    if (place.retries.size >= limits.announceQueue.value) return
    const { ports } = this.#ground
    const delay = ports.timeout(place.name, bytes, 0) + place.window
    const timer = ports.clock.after(delay, () => {
      place.retries.delete(key)
      if (place.announces.has(key)) return
      place.announces.put('retry', key, {
        rank: 0,
        notBefore: 0,
        make: () => this.#makeAgain(place, key, epoch),
      })
    })
    place.retries.set(key, timer)
  }

  /** Short: it asks who missed the full one to ask for it. Gives way to all that waits. */
  #makeAgain(place: Place, key: string, epoch: number): { cell: Uint8Array } | undefined {
    const announced = this.#current(key)
    if (announced?.body.epoch !== epoch || place.announces.waiting > 0) return undefined
    return { cell: encodeCell(shortAnnounce(announced.body, announced.label, announced.hops)) }
  }
}
