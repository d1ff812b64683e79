import type { MessageStream } from '@libp2p/interface'

import { limits } from '../limits.ts'
import type { Link, Links } from '../peers/links.ts'
import { unreadOn } from './inbound.ts'

/** T5: whose connections to end, largest first, so that the unread bytes of all stay within bounds. */
export function excess(links: readonly Link[]): readonly Link[] {
  const waiting = links.map((link) => ({ link, bytes: unread(link) }))
  let total = waiting.reduce((sum, { bytes }) => sum + bytes, 0)
  const largest = waiting.toSorted((a, b) => b.bytes - a.bytes)
  const kept = largest.findIndex(({ bytes }) => {
    if (total <= limits.unreadTotal.value) return true
    total -= bytes
    return false
  })
  return largest.slice(0, kept < 0 ? undefined : kept).map(({ link }) => link)
}

const step = 256 * 1024

/** Bytes that came on a connection and were not handled yet. */
function unread(link: Link): number {
  return link.connection.streams.reduce((sum, stream) => sum + unreadOn(stream), 0)
}

/** T5: looks at what a peer has left unread whenever it has sent a little more. */
export class UnreadWatch {
  readonly #links: Links
  readonly #since = new WeakMap<object, number>()

  constructor(links: Links) {
    this.#links = links
  }

  received(stream: MessageStream, bytes: number): void {
    const since = (this.#since.get(stream.timeline) ?? 0) + bytes
    this.#since.set(stream.timeline, since < step ? since : 0)
    if (since < step) return
    const link = this.#links.ofTimeline(stream.timeline)
    if (link === undefined || unread(link) <= limits.unread.value) return
    link.connection.abort(new Error('unread bytes'))
  }
}
