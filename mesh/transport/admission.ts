import { type Clock, Fault } from '#base'

import { limits } from '../limits.ts'
import { TokenBucket } from '../token-bucket.ts'

/** A place among the handshakes in flight. */
export interface Place {
  release(): void
}

export type Refusal = 'rate' | 'network' | 'handshakes' | 'connections' | 'address'

/**
 * T1: which connections may begin a handshake. It decides by the remote address alone, since a
 * ClientHello costs a millisecond of work before its sender is known.
 */
export class Admission {
  readonly #clock: Clock
  readonly #isReserved: (host: string) => boolean
  readonly #total: TokenBucket
  readonly #networks = new Map<string, TokenBucket>()
  readonly #hosts = new Map<string, number>()
  #strangers = 0
  #inFlight = 0
  #open = 0
  #openStrangers = 0

  /** @param isReserved Whether an IP address is of the committee or a static peer. */
  constructor(clock: Clock, isReserved: (host: string) => boolean) {
    this.#clock = clock
    this.#isReserved = isReserved
    this.#total = bucket(clock, limits.acceptRate.value)
  }

  get handshakes(): number {
    return this.#inFlight
  }

  /** Throws `MESH_ADMISSION`. `host` is an IP address. */
  enter(host: string): Place {
    const reserved = this.#isReserved(host)
    const refusal = this.#refuse(host, reserved)
    if (refusal !== undefined) {
      throw new Fault({ code: 'MESH_ADMISSION', host, refusal }, 'dial again later')
    }
    this.#inFlight++
    if (!reserved) this.#strangers++
    return {
      release: once(() => {
        this.#inFlight--
        if (!reserved) this.#strangers--
      }),
    }
  }

  /** Counts a connection, from `enter` to its end. */
  hold(host: string): Place {
    const reserved = this.#isReserved(host)
    this.#open++
    if (!reserved) this.#openStrangers++
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1)
    return {
      release: once(() => {
        this.#open--
        if (!reserved) this.#openStrangers--
        const left = (this.#hosts.get(host) ?? 1) - 1
        if (left === 0) this.#hosts.delete(host)
        else this.#hosts.set(host, left)
      }),
    }
  }

  #refuse(host: string, reserved: boolean): Refusal | undefined {
    if (this.#inFlight >= limits.handshakes.value) return 'handshakes'
    if (this.#open >= limits.connections.value) return 'connections'
    if (reserved) {
      const { value } = limits.acceptRatePerReserved
      return this.#bucket(host, value).take(1) ? undefined : 'network'
    }
    if (this.#strangers >= limits.handshakes.value - limits.reservedHandshakes.value) {
      return 'handshakes'
    }
    if (this.#openStrangers >= limits.connections.value - limits.reservedConnections.value) {
      return 'connections'
    }
    if ((this.#hosts.get(host) ?? 0) >= limits.connectionsPerAddress.value) return 'address'
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
