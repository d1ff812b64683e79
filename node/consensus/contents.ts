import { type Clock, concat, type Log } from '#base'
import { type Chain, type Content, contentKinds, type ContentSource, isContent } from '#chain'
import { malformed, type NetworkPort, type RequestProtocol } from '#network'

import { limits } from '../limits.ts'

const protocol = '/pars/contents/1'

/**
 * Code, keys and blobs that a store lacks, from nodes that have them. A question is the kind's place
 * (1 byte) ‖ the hash (32); the answer holds the bytes, or nothing.
 */
export class ContentExchange {
  readonly requests: RequestProtocol
  readonly #clock: Clock
  readonly #log: Log

  constructor(chain: Pick<Chain, 'content'>, clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
    this.requests = {
      id: protocol,
      traffic: 'sync',
      cost: limits.contentCost.value,
      answer(request) {
        const kind = contentKinds[request[0] ?? contentKinds.length]
        if (kind === undefined || request.length !== 33) throw malformed('no question for contents')
        const found = chain.content({ kind, hash: request.slice(1) })
        return found === undefined ? [] : [found]
      },
    }
  }

  /** Asks all peers in turn, again and again until one has it. */
  sourceOf(network: Pick<NetworkPort, 'peers' | 'request'>): ContentSource {
    return async (content, signal) => {
      for (;;) {
        for (const { peer, status } of network.peers()) {
          signal.throwIfAborted()
          if (!status.protocols.includes(protocol)) continue
          const found = await this.#ask(network, peer, content)
          if (found !== undefined) return found
        }
        await this.#pause(signal)
      }
    }
  }

  async #ask(
    network: Pick<NetworkPort, 'request'>,
    peer: string,
    content: Content,
  ): Promise<Uint8Array | undefined> {
    const question = concat(Uint8Array.of(contentKinds.indexOf(content.kind)), content.hash)
    try {
      const { items } = await network.request(peer, protocol, question)
      return items.find((bytes) => isContent(content, bytes))
    } catch (error) {
      this.#log.debug('a peer gave no content', { peer, error: String(error) })
      return undefined
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        timer.cancel()
        reject(signal.reason as Error)
      }
      const timer = this.#clock.after(limits.contentPause.value, () => {
        signal.removeEventListener('abort', ended)
        resolve()
      })
      if (signal.aborted) ended()
      else signal.addEventListener('abort', ended, { once: true })
    })
  }
}
