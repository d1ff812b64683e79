import { type Clock, Fault, type Log, type Timer } from '#base'

import { reasonOf } from './faults.ts'
import type { Gossip } from './gossip/gossip.ts'
import { limits } from './limits.ts'
import type { Greeter } from './peers/greeter.ts'
import type { Link } from './peers/links.ts'
import type { Redial } from './peers/redial.ts'
import type { PeerRegistry } from './peers/registry.ts'
import type { PushStreams } from './streams/push.ts'
import { excess } from './streams/unread.ts'

/** How often and how patiently; the defaults are limits. All in milliseconds. */
export interface Timings {
  /** Between two rounds of upkeep. */
  readonly tick: number
  /** From a dial or an accept to a verified peer. */
  readonly handshakeTimeout: number
  readonly heartbeat: number
  readonly statusTimeout: number
  readonly requestTimeout: number
  readonly pushStall: number
  readonly gossipStall: number
}

export const timings: Timings = {
  tick: 1_000,
  handshakeTimeout: limits.handshakeTimeout.value,
  heartbeat: limits.heartbeat.value,
  statusTimeout: limits.statusTimeout.value,
  requestTimeout: limits.requestTimeout.value,
  pushStall: limits.pushStall.value,
  gossipStall: limits.gossipStall.value,
}

export interface UpkeepInit {
  readonly clock: Clock
  readonly log: Log
  readonly timings: Timings
  readonly registry: PeerRegistry
  readonly greeter: Greeter
  readonly gossip: Gossip
  readonly pushes: PushStreams
  readonly redial: Redial
  /** Peers beside the committee and static ones to dial. */
  readonly outbound: number
  /** Once a round, at its end. */
  readonly round: (now: number) => void
}

/** What has to be looked at again and again: who is silent, who takes nothing, who is missing. */
export class Upkeep {
  readonly #init: UpkeepInit
  #timer: Timer | undefined
  #isRunning = false

  constructor(init: UpkeepInit) {
    this.#init = init
  }

  start(): void {
    this.#isRunning = true
    this.#round()
  }

  stop(): void {
    this.#isRunning = false
    this.#timer?.cancel()
  }

  #round(): void {
    if (!this.#isRunning) return
    try {
      this.#look()
    } catch (error) {
      this.#init.log.error('upkeep failed', { reason: reasonOf(error) })
    }
    this.#timer = this.#init.clock.after(this.#init.timings.tick, () => this.#round())
  }

  #look(): void {
    const { clock, registry, pushes, redial, outbound, round } = this.#init
    const now = clock.now()
    for (const link of registry.links.all()) this.#listen(link, now)
    for (const peer of pushes.stalled(now, this.#init.timings.pushStall)) {
      registry.drop(peer, 'takes nothing of what is pushed')
    }
    this.#watchGossip(now)
    for (const { peer } of excess(registry.links.all())) {
      registry.drop(peer, 'unread bytes of all peers')
    }
    registry.refresh()
    redial.tick(registry.targets(outbound))
    round(now)
  }

  /** Who dialled asks every heartbeat; who was dialled waits for the question. */
  #listen(link: Link, now: number): void {
    if (link.status === undefined) return
    const { greeter } = this.#init
    const { heartbeat, statusTimeout } = this.#init.timings
    const silence = now - link.heard
    if (link.connection.direction === 'outbound') {
      if (silence >= heartbeat) void greeter.ask(link)
    } else if (silence > 2 * heartbeat + statusTimeout) {
      greeter.drop(link, new Fault({ code: 'NETWORK_STALLED', peer: link.peer }))
    }
  }

  #watchGossip(now: number): void {
    const { registry, gossip, timings: patience } = this.#init
    const speakers = registry.links.all().filter(({ status }) => gossip.isSpokenBy(status))
    for (const link of speakers) {
      const open = registry.links.to(link.peer)
      if (gossip.flows(open.map(({ connection }) => connection))) link.flowed = now
      else if (now - link.flowed > patience.gossipStall) {
        registry.drop(link.peer, 'gossip does not flow')
      }
    }
  }
}
