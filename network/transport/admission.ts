import { type Clock, Fault } from '#base'

import { limits } from '../limits.ts'
import { TokenBucket } from '../token-bucket.ts'

/** A place among the handshakes in flight. */
export interface Place {
  release(): void
}

/** A place among the connections. */
export interface Held extends Place {
  /** It is of the committee or static: it counts as a stranger's no more. */
  promote(): void
  /** It is a stranger's; whether there is a place for it. */
  settle(): boolean
}

export type Refusal = 'rate' | 'network' | 'handshakes' | 'connections' | 'address'

/** Who is of the committee or static, as far as addresses tell. */
export interface Reserved {
  /** Such peers in all. */
  readonly reserved: number
  /** Such peers at an IP address. */
  reservedAt(host: string): number
}

/**
 * T1: which connections may begin a handshake. It decides by the remote address alone, since a
 * ClientHello costs a millisecond of work before its sender is known.
 */
export class Admission {
  readonly #clock: Clock
  readonly #reserved: Reserved
  readonly #total: TokenBucket
  readonly #networks = new Map<string, TokenBucket>()
  /** Connections by address that are not known to be of reserved peers. */
  readonly #hosts = new Map<string, number>()
  readonly #handshakes = new Map<string, number>()
  #inFlight = 0
  #inFlightStrangers = 0
  #openReserved = 0
  #openStrangers = 0
  #settledStrangers = 0

  constructor(clock: Clock, reserved: Reserved) {
    this.#clock = clock
    this.#reserved = reserved
    this.#total = bucket(clock, limits.acceptRate.value)
  }

  get handshakes(): number {
    return this.#inFlight
  }

  /** Throws `NETWORK_ADMISSION`. `host` is an IP address. */
  enter(host: string): Place {
    const isReserved = this.#reserved.reservedAt(host) > 0
    const refusal = this.#refuse(host, isReserved)
    if (refusal !== undefined) {
      throw new Fault({ code: 'NETWORK_ADMISSION', host, refusal }, 'dial again later')
    }
    this.#inFlight++
    if (!isReserved) this.#inFlightStrangers++
    add(this.#handshakes, host, 1)
    return {
      release: once(() => {
        this.#inFlight--
        if (!isReserved) this.#inFlightStrangers--
        add(this.#handshakes, host, -1)
      }),
    }
  }

  /** Counts a connection, from `enter` to its end. */
  hold(host: string): Held {
    let isReserved = this.#reserved.reservedAt(host) > 0
    let isSettled = false
    let isPromoted = false
    let isOver = false
    const count = (by: number): void => {
      if (isReserved) this.#openReserved += by
      else this.#openStrangers += by
      if (isSettled) this.#settledStrangers += by
      if (!isPromoted) add(this.#hosts, host, by)
    }
    count(1)
    return {
      promote: once(() => {
        if (isOver) return
        count(-1)
        isReserved = true
        isPromoted = true
        count(1)
      }),
      settle: () => {
        const most = limits.connections.value - limits.trialConnections.value
        if (isOver || isSettled || isPromoted) return true
        if (this.#settledStrangers >= most) return false
        count(-1)
        isReserved = false
        isSettled = true
        count(1)
        return true
      },
      release: once(() => {
        isOver = true
        count(-1)
      }),
    }
  }

  #refuse(host: string, isReserved: boolean): Refusal | undefined {
    if (this.#inFlight >= limits.handshakes.value) return 'handshakes'
    const atHost = this.#hosts.get(host) ?? 0
    const most = limits.connectionsPerAddress.value + 2 * this.#reserved.reservedAt(host)
    if (isReserved) {
      const underWay = this.#handshakes.get(host) ?? 0
      if (underWay >= limits.reservedHandshakes.value) return 'handshakes'
      const { value } = limits.reservedConnections
      if (this.#openReserved >= Math.max(value, 2 * this.#reserved.reserved)) return 'connections'
      if (atHost >= most) return 'address'
      const rate = limits.acceptRatePerReserved.value
      return this.#bucket(host, rate).take(1) ? undefined : 'network'
    }
    const strangers = limits.handshakes.value - limits.reservedHandshakes.value
    if (this.#inFlightStrangers >= strangers) return 'handshakes'
    if (this.#openStrangers >= limits.connections.value) return 'connections'
    if (atHost >= most) return 'address'
    const { value } = limits.acceptRatePerNetwork
    if (!this.#bucket(networkOf(host), value).take(1)) return 'network'
    return this.#total.take(1) ? undefined : 'rate'
  }

  /** Of a network, or of a reserved host. */
  #bucket(origin: string, rate: number): TokenBucket {
    const known = this.#networks.get(origin)
    if (known !== undefined) return known
    if (this.#networks.size >= limits.networks.value) this.#forget()
    const fresh = bucket(this.#clock, rate)
    this.#networks.set(origin, fresh)
    return fresh
  }

  /** A bucket that is full says nothing that a new one would not say. */
  #forget(): void {
    for (const [network, one] of this.#networks) if (one.isFull) this.#networks.delete(network)
    const [oldest] = this.#networks.keys()
    if (this.#networks.size >= limits.networks.value && oldest !== undefined) {
      this.#networks.delete(oldest)
    }
  }
}

function bucket(clock: Clock, rate: number): TokenBucket {
  return new TokenBucket(clock, rate, rate)
}

function add(counts: Map<string, number>, host: string, by: number): void {
  const left = (counts.get(host) ?? 0) + by
  if (left === 0) counts.delete(host)
  else counts.set(host, left)
}

function once(task: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) task()
    isDone = true
  }
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one. */
export function networkOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1]
  const address = mapped ?? host
  if (address.includes('.')) return address.split('.').slice(0, 3).join('.')
  const [head = '', tail] = address.toLowerCase().split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array<string>(zeros).fill('0'), ...back]
  return groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
