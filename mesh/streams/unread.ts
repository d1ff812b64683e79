import type { MessageStream } from '@libp2p/interface'

import { limits } from '../limits.ts'
import type { Link, Links } from '../peers/links.ts'
import { unreadOn } from './inbound.ts'

const step = 256 * 1024

/** Bytes that came on a connection and were not handled yet. */
export function unread(link: Link): number {
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
