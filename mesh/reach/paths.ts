import type { Clock } from '#base'

import { limits } from '../limits.ts'
import type { MediumMode } from '../medium.ts'
import type { AnnounceBody } from './announce.ts'
import { Shares } from './shares.ts'

/** Where a cell came from, and so where one goes that shall get back. */
export interface Source {
  readonly medium: string
  readonly neighbour?: string | undefined
}

/** Names a source in tables. */
export function sourceKey({ medium, neighbour }: Source): string {
  return neighbour === undefined ? medium : `${medium}\n${neighbour}`
}

/** What is known of a destination that announced itself. */
export interface KnownPath {
  /** The latest announce, in bytes of its own. */
  readonly body: AnnounceBody
  readonly epoch: number
  readonly via: Source
  /** Hops that its announce has made, from a start that is the destination's own. */
  readonly distance: number
  /** Milliseconds since 1970. */
  readonly heardAt: number
  readonly expires: number
  /** The way is gone; the anchor is still known, and the next announce is believed soon. */
  readonly isLost: boolean
}

/** Milliseconds that a path over a medium of this mode stays. */
export function lifetimeOf(mode: MediumMode): number {
  if (mode === 'access-point') return limits.pathAccessPoint.value
  return mode === 'roaming' ? limits.pathRoaming.value : limits.path.value
}

/**
 * Destinations by label, in hexadecimal. One path each: a newer epoch wins, of the same epoch fewer
 * hops. Each neighbour has its share, so that one who floods displaces only what it announced itself.
 */
export class PathTable {
  readonly #clock: Clock
  readonly #known = new Shares<KnownPath>(limits.paths.value)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#known.size
  }

  /** Also of one whose way is lost. */
  known(key: string): KnownPath | undefined {
    const path = this.#known.get(key)
    if (path === undefined || path.expires > this.#clock.now()) return path
    this.#known.delete(key)
    return undefined
  }

  path(key: string): KnownPath | undefined {
    const path = this.known(key)
    return path?.isLost === true ? undefined : path
  }

  /** What was known of a way that is lost. */
  lost(key: string): KnownPath | undefined {
    const path = this.known(key)
    return path?.isLost === true ? path : undefined
  }

  /**
   * Whether an announce that is proven would change the table. In place of a lost path one of the same
   * epoch may be a hop longer and no more: longer ones may lead back here.
   */
  isBetter(key: string, epoch: number, distance: number): boolean {
    const path = this.known(key)
    if (path === undefined || epoch > path.epoch) return true
    const most = path.isLost ? path.distance + 1 : path.distance - 1
    return epoch === path.epoch && distance <= most
  }

  put(key: string, path: KnownPath): void {
    this.#known.set(sourceKey(path.via), key, path)
  }

  lose(key: string): void {
    const path = this.known(key)
    if (path !== undefined) this.put(key, { ...path, isLost: true })
  }

  loseMedium(medium: string): void {
    for (const [key, { via }] of this.entries()) if (via.medium === medium) this.lose(key)
  }

  /** Without those that have expired. */
  entries(): readonly [key: string, path: KnownPath][] {
    const now = this.#clock.now()
    return [...this.#known.entries()].filter(([, path]) => path.expires > now)
  }
}
