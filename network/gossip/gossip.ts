import {
  gossipsub,
  type GossipSub,
  type GossipSubComponents,
  StrictNoSign,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import type { Connection } from '@libp2p/interface'

import { concat, Fault, type Log, utf8 } from '#base'
import { sha256 } from '#crypto'

import { reasonOf } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Topic, Verdict } from '../port.ts'
import type { Status } from '../status/status.ts'
import { peerScore, scoreThresholds } from './score.ts'

/** What the class behind the face of gossipsub tells beside it. */
type Router = GossipSub & { getMeshPeers(topic: string): string[] }

const results = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
} as const satisfies Record<Verdict, TopicValidatorResult>

/** @param topic A name such as `transactions`. @returns The topic on the wire. */
export function topicId(topic: string): string {
  return `/pars/${topic}/1`
}

/** Same bytes in one topic, same message, whoever sends them. */
export function messageId(topic: string, data: Uint8Array): Uint8Array {
  return sha256(concat(utf8(topic), Uint8Array.of(0), data))
}

export function createRouter(
  topics: readonly Topic[],
): (components: GossipSubComponents) => GossipSub {
  const names = topics.map(({ name }) => topicId(name))
  return gossipsub({
    // Peers have no key that libp2p could sign with; messages carry signatures of their own.
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ topic, data }) => messageId(topic, data),
    allowedTopics: names,
    fallbackToFloodsub: false,
    floodPublish: false,
    batchPublish: true,
    doPX: false,
    tagMeshPeers: false,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundStreams: limits.longStreams.value,
    maxOutboundStreams: limits.longStreams.value,
    maxInboundDataLength: limits.gossipFrame.value,
    maxOutboundBufferSize: limits.gossipBuffer.value,
    maxTopicBytesPerPeer: limits.gossipTopicBytes.value,
    decodeRpcLimits: {
      maxSubscriptions: limits.gossipSubscriptions.value,
      maxMessages: limits.gossipMessages.value,
      maxIhaveMessageIDs: limits.gossipIds.value,
      maxIwantMessageIDs: limits.gossipIds.value,
      maxIdontwantMessageIDs: limits.gossipMessages.value,
      maxControlMessages: limits.gossipMessages.value,
      maxPeerInfos: 0,
    },
    scoreParams: peerScore(names),
    scoreThresholds,
  })
}

/** Transactions, checkpoints and feeds, from everybody to everybody. @see PIP-0008 "Gossip" */
export class Gossip {
  readonly #router: Router
  readonly #log: Log
  readonly #charge: (peer: string, points: number, reason: string) => void
  readonly #drop: (peer: string, reason: string) => void
  #validating = 0

  constructor(init: {
    router: GossipSub
    topics: readonly Topic[]
    log: Log
    charge: (peer: string, points: number, reason: string) => void
    drop: (peer: string, reason: string) => void
  }) {
    this.#router = init.router as Router
    this.#log = init.log
    this.#charge = init.charge
    this.#drop = init.drop
    for (const topic of init.topics) {
      this.#router.topicValidators.set(topicId(topic.name), async (peer, { data }) => {
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        return results[await this.#validate(topic, peer.toString(), bytes)]
      })
    }
  }

  subscribe(topics: readonly Topic[]): void {
    for (const { name } of topics) this.#router.subscribe(topicId(name))
  }

  /** Throws `NETWORK_GOSSIP_SIZE`. @returns How many peers it went to. */
  async publish(topic: string, message: Uint8Array): Promise<number> {
    const maximum = limits.gossipMessage.value
    if (message.length === 0 || message.length > maximum) {
      throw new Fault({ code: 'NETWORK_GOSSIP_SIZE', bytes: message.length, maximum })
    }
    const id = topicId(topic)
    if (!this.#router.getTopics().includes(id)) {
      throw new Fault({ code: 'NETWORK_PROTOCOL', protocol: topic })
    }
    // The router would remember it as sent, and drop it when it is published again.
    if (this.#router.getSubscribers(id).length === 0) return 0
    const expected = this.#router.getMeshPeers(id)
    const { recipients } = await this.#router.publish(id, message)
    const reached = new Set(recipients.map((peer) => peer.toString()))
    if (reached.size > 0) this.#dropWedged(expected, reached)
    return reached.size
  }

  /**
   * A stream that overflowed is gone for good while its peer stays in the mesh: it would get nothing
   * more, and nobody would say so. A duplicate reaches nobody and accuses nobody.
   */
  #dropWedged(expected: readonly string[], reached: ReadonlySet<string>): void {
    for (const peer of expected) {
      if (!reached.has(peer)) this.#drop(peer, 'gossip does not reach it')
    }
  }

  isSpokenBy(status: Status | undefined): boolean {
    return status?.protocols.some((protocol) => this.#router.protocols.includes(protocol)) ?? false
  }

  /** Whether gossip flows both ways on a connection. */
  flows(connections: readonly Connection[]): boolean {
    const streams = connections.flatMap((connection) =>
      connection.streams.filter(({ protocol }) => this.#router.protocols.includes(protocol)),
    )
    return (['inbound', 'outbound'] as const).every((direction) =>
      streams.some((stream) => stream.direction === direction && stream.status === 'open'),
    )
  }

  async #validate(topic: Topic, peer: string, data: Uint8Array): Promise<Verdict> {
    if (data.length === 0 || data.length > limits.gossipMessage.value) {
      this.#charge(peer, limits.ban.value, `${topic.name}: size of a message`)
      return 'reject'
    }
    if (this.#validating >= limits.validations.value) return 'ignore'
    this.#validating++
    try {
      const verdict = await topic.validate(data, { peer })
      if (verdict === 'reject') {
        this.#charge(peer, limits.ban.value, `${topic.name}: invalid message`)
      }
      return verdict
    } catch (error) {
      this.#log.error('gossip validator failed', { topic: topic.name, reason: reasonOf(error) })
      return 'ignore'
    } finally {
      this.#validating--
    }
  }
}
