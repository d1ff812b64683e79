import { concat, isFault, utf8 } from '#base'

import { malformed } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Answer, RequestProtocol, Sender } from '../port.ts'
import { isShared, parseAddress } from './address.ts'
import { decodePeerBinding, encodePeerBinding, type PeerBinding } from './binding.ts'
import type { PeerBindings } from './bindings.ts'
import type { PeerBook } from './book.ts'

export const exchangeProtocol = '/pars/peers/1'

/** First byte of an item. Items of other kinds are for later versions and passed over. */
const kinds = { address: 0, binding: 1 } as const

export const exchangeRequest = Uint8Array.of(1)

export interface ExchangeSources {
  /** The own PeerId. */
  readonly self: string
  readonly book: PeerBook
  /** Own addresses, with `/p2p/`. */
  readonly own: () => readonly string[]
  readonly bindings: () => PeerBindings | undefined
  /** Throws `NETWORK_BINDING`. */
  readonly take: (binding: PeerBinding) => Promise<void>
  /** The IP address of a connected peer; undefined when it was dialled by a name. */
  readonly hostOf: (peer: string) => string | undefined
}

/** Tells peers of peers, and of which node speaks for which validator. */
export class PeerExchange implements RequestProtocol {
  readonly id = exchangeProtocol
  readonly traffic = 'sync'
  readonly #sources: ExchangeSources

  constructor(sources: ExchangeSources) {
    this.#sources = sources
  }

  answer(request: Uint8Array, from: Sender): readonly Uint8Array[] {
    if (request.length !== 1) throw malformed('request for peers')
    const { book, own, hostOf } = this.#sources
    const host = hostOf(from.peer)
    const proven = book
      .entries()
      .filter(({ peer, seen }) => seen > 0 && peer !== from.peer)
      .toSorted((a, b) => b.seen - a.seen)
      .map(({ addresses }) => addresses[0] ?? '')
    const told = [...own(), ...proven].filter((text) => isTellable(text, host))
    return [
      ...told.slice(0, limits.exchange.value).map((text) => item(kinds.address, utf8(text))),
      ...this.#told().map((binding) => item(kinds.binding, encodePeerBinding(binding))),
    ]
  }

  /** Takes what `peer` told. Throws `NETWORK_MALFORMED` at a forged binding. */
  async learn(peer: string, { items }: Answer): Promise<void> {
    const host = this.#sources.hostOf(peer)
    let addresses = 0
    for (const one of items) {
      const body = one.subarray(1)
      if (one[0] === kinds.address && addresses++ < limits.exchange.value) {
        this.#learnAddress(new TextDecoder().decode(body), peer, host)
      } else if (one[0] === kinds.binding) {
        await this.#learnBinding(peer, body)
      }
    }
  }

  /** A validator's claim to this node that is not its own validator is not told: telling avows it. */
  #told(): readonly PeerBinding[] {
    const { self, bindings } = this.#sources
    const known = bindings()
    const held = known?.held() ?? []
    return held.filter(({ peer, author }) => peer !== self || known?.authorOf(self) === author)
  }

  #learnAddress(text: string, source: string, host: string | undefined): void {
    const { book, self } = this.#sources
    if (isTellable(text, host) && parseAddress(text).peer !== self) book.learn(text, source)
  }

  async #learnBinding(from: string, bytes: Uint8Array): Promise<void> {
    const { bindings, take } = this.#sources
    if (bindings() === undefined) return
    try {
      const binding = decodePeerBinding(bytes)
      await take(binding)
      if (binding.peer === from) bindings()?.avow(from, binding.author)
    } catch (error) {
      throw isFault(error, 'NETWORK_BINDING') ? malformed(error.message) : error
    }
  }
}

function item(kind: number, body: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(kind), body)
}

function isTellable(text: string, host: string | undefined): boolean {
  try {
    return isShared(parseAddress(text).host, host)
  } catch (error) {
    if (isFault(error)) return false
    throw error
  }
}
