import { Fault } from '#base'
import type {
  Committee,
  Network as ConsensusNetwork,
  PushHandler,
  RequestHandler,
  TopicHandler,
  Validator,
} from '#consensus'
import type { Network, PeerBindings, PushProtocol, RequestProtocol, Topic } from '#network'

type Links = Pick<Network, 'blame' | 'originOf' | 'publish' | 'push' | 'request'>

/** No PeerId begins so. */
const stranger = 'stranger '

/**
 * Consensus knows a member by the PeerId that the genesis gives it, for the whole epoch; network knows
 * which node speaks for the member now. Between the two the names change here. A node keeps its name
 * from the moment it connects; when it begins or ceases to speak for a member, it is gone for
 * consensus at once, and network makes it connect anew.
 */
export class Seats {
  readonly #committee: Committee
  readonly #bindings: PeerBindings
  /** What consensus calls the nodes that are connected. */
  readonly #names = new Map<string, string>()

  constructor(committee: Committee, bindings: PeerBindings) {
    this.#committee = committee
    this.#bindings = bindings
  }

  /** The node of a member; undefined while none is known. */
  nodeOf(author: number): string | undefined {
    return this.#bindings.peerOf(author)
  }

  /** Tells `validator` who is there. @returns What network calls. */
  attend(validator: Pick<Validator, 'connected' | 'disconnected'>): {
    readonly connected: (peer: string) => void
    readonly disconnected: (peer: string) => void
  } {
    const disconnected = (peer: string): void => {
      const name = this.#names.get(peer)
      if (name === undefined) return
      this.#names.delete(peer)
      validator.disconnected(name)
    }
    this.#bindings.watch(({ peers }) => {
      for (const peer of peers) disconnected(peer)
    })
    return {
      connected: (peer) => {
        const name = this.#nameOf(peer)
        this.#names.set(peer, name)
        validator.connected(name)
      },
      disconnected,
    }
  }

  /** The network as consensus sees it, on whatever `network` gives once it is there. */
  port(network: () => Links | undefined): ConsensusNetwork {
    const at = (name: string): readonly [Links, string] | undefined => {
      const [links, peer] = [network(), this.#peerOf(name)]
      return links === undefined || peer === undefined ? undefined : [links, peer]
    }
    const there = (): Links => {
      const links = network()
      if (links !== undefined) return links
      throw absent('the network starts after consensus: ask again')
    }
    return {
      push(name, protocol, frame) {
        const [links, peer] = at(name) ?? []
        return links !== undefined && peer !== undefined && links.push(peer, protocol, frame)
      },
      request: async (name, protocol, request) => {
        const peer = this.#peerOf(name)
        if (peer === undefined) throw absent('no node is known to speak for this validator')
        return there().request(peer, protocol, request)
      },
      publish: async (topic, message) => there().publish(topic, message),
      blame(name, reason) {
        const [links, peer] = at(name) ?? []
        if (peer !== undefined) links?.blame(peer, reason)
      },
      originOf(name) {
        const [links, peer] = at(name) ?? []
        return peer === undefined ? undefined : links?.originOf(peer)
      },
    }
  }

  push(handler: PushHandler): PushProtocol {
    return {
      id: handler.id,
      traffic: handler.traffic,
      receive: async (frame, { peer }) => handler.receive(frame, { peer: this.#present(peer) }),
      drained: (peer) => this.#tell(peer, (name) => handler.drained(name)),
      interrupted: (peer) => this.#tell(peer, (name) => handler.interrupted(name)),
    }
  }

  request(handler: RequestHandler): RequestProtocol {
    const { id, traffic, cost } = handler
    return {
      id,
      traffic,
      ...(cost === undefined ? {} : { cost }),
      admits: (peer) => {
        const name = this.#names.get(peer)
        return name !== undefined && handler.admits?.(name) !== false
      },
      answer: (request, { peer }) => handler.answer(request, { peer: this.#present(peer) }),
    }
  }

  topic(handler: TopicHandler): Topic {
    return {
      name: handler.name,
      validate: (message, { peer }) => handler.validate(message, { peer: this.#nameOf(peer) }),
    }
  }

  #tell(peer: string, task: (name: string) => void): void {
    const name = this.#names.get(peer)
    if (name !== undefined) task(name)
  }

  /** Throws `NODE_PEER_MOVED`, which ends the stream. */
  #present(peer: string): string {
    const name = this.#names.get(peer)
    if (name !== undefined) return name
    throw new Fault({ code: 'NODE_PEER_MOVED', peer }, 'it connects anew')
  }

  #nameOf(peer: string): string {
    const author = this.#bindings.authorOf(peer)
    const seat = author === undefined ? undefined : this.#committee.peerOf(author)
    return seat ?? (this.#committee.authorOf(peer) === undefined ? peer : `${stranger}${peer}`)
  }

  #peerOf(name: string): string | undefined {
    const author = this.#committee.authorOf(name)
    if (author !== undefined) return this.#bindings.peerOf(author)
    return name.startsWith(stranger) ? name.slice(stranger.length) : name
  }
}

function absent(cure: string): Fault {
  return new Fault({ code: 'NODE_NOT_CONNECTED' }, cure)
}
