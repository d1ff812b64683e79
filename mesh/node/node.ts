import { type Clock, equal, type Hex, hex, isFault, type Random } from '#base'

import { Acquaintances, type Standing } from '../establish/acquaintances.ts'
import { Call } from '../establish/call.ts'
import { type Answered, Host } from '../establish/host.ts'
import { establishLocks } from '../establish/locks.ts'
import { linkFault } from '../faults.ts'
import { limits } from '../limits.ts'
import type { Medium } from '../medium.ts'
import { labelOf } from '../reach/destination.ts'
import type { MeshIdentity } from '../reach/identity.ts'
import { type Announced, Reach } from '../reach/reach.ts'
import { Router } from '../router/router.ts'
import { LinkModel } from '../transfer/index.ts'
import { Link, type LinkOptions } from './link.ts'

export interface MeshNodeOptions {
  readonly clock: Clock
  readonly random: Random
  /** Whether the time is right to some minutes. */
  clockIsTrusted(): boolean
  /** Somebody, who need not say who, has made a link to `identity`. Set `link.receive` at once. */
  linked(link: Link, identity: MeshIdentity): void
  /** False for a leaf: it hands nothing on. */
  readonly relays?: boolean
}

const nameBytes = 16

/** One node of the mesh: media, paths, and links that end here. */
export class MeshNode {
  readonly #options: MeshNodeOptions
  readonly #router: Router
  readonly #reach: Reach
  readonly #host: Host
  readonly #identities = new Map<Hex, MeshIdentity>()
  /** Key records of addresses that were called. */
  readonly #keys = new Map<Hex, Uint8Array>()
  readonly #links = new Set<Link>()
  readonly #acquaintances: Acquaintances
  readonly #calls = new Set<Call>()
  /** What gives up each search. */
  readonly #seeks = new Set<() => void>()
  readonly #models = new Map<string, LinkModel>()

  constructor(options: MeshNodeOptions) {
    this.#options = options
    const { clock, random, relays = true } = options
    this.#acquaintances = new Acquaintances(clock, random)
    this.#reach = new Reach(
      {
        clock,
        random,
        media: () => this.#router.media,
        send: (medium, cell, neighbour) => {
          this.#spread(medium, cell, neighbour)
        },
        clockIsTrusted: () => options.clockIsTrusted(),
        timeout: (medium, bytes, attempt) => this.#model(medium).timeout(bytes, attempt),
      },
      { relays },
    )
    this.#host = new Host({
      clock,
      random,
      model: ({ medium }) => this.#freshModel(medium),
      resume: (request) => this.#acquaintances.accept(request),
      linked: (answered) => {
        this.#answered(answered)
      },
    })
    this.#router = new Router({
      clock,
      random,
      locks: establishLocks,
      relays,
      paths: this.#reach,
      owns: (label) => this.#identities.has(hex(label)),
      asked: (circuit, label, context, body) => {
        const identity = this.#identities.get(hex(label))
        if (identity !== undefined) this.#host.asked(identity, circuit, context, body)
      },
    })
  }

  get reach(): Reach {
    return this.#reach
  }

  get router(): Router {
    return this.#router
  }

  get links(): readonly Link[] {
    return [...this.#links]
  }

  /** @throws `MESH_MEDIUM` */
  async attach(medium: Medium): Promise<void> {
    await this.#router.attach(medium)
    this.#reach.greet(medium.name)
  }

  async detach(name: string): Promise<void> {
    this.#reach.forgetMedium(name)
    this.#models.delete(name)
    await this.#router.detach(name)
  }

  /** Links to `identity` end here from now on. As `Reach.announce`. */
  serve(identity: MeshIdentity, { isPublic = true } = {}): Announced {
    this.#identities.set(hex(identity.label), identity)
    return this.#reach.announce(identity, { isPublic })
  }

  /**
   * A link to an address, as soon as there is a path.
   *
   * @param address 32 bytes.
   * @param patience Milliseconds to look for a path.
   * @throws `MESH_LINK` where there is no path, or no answer
   */
  async connect(address: Uint8Array, patience: number): Promise<Link> {
    const label = labelOf(address)
    await this.#seek(label, patience)
    const path = this.#reach.pathTo(label)
    // The label is half of the address: who is behind it must have all of it.
    const isTheirs = path !== undefined && equal(path.destination.address, address)
    const circuit = isTheirs ? this.#router.open(label) : undefined
    if (circuit === undefined) throw linkFault('unreachable')
    const { clock, random } = this.#options
    const model = this.#freshModel(circuit.medium)
    const name = hex(address)
    const known = this.#acquaintances.offer(name)
    const resume = known && { offer: known.offer, mtu: known.standing.mtu }
    const keyRecord = this.#keys.get(name)
    const call = new Call({ clock, random, circuit, model, address, keyRecord, resume })
    this.#calls.add(call)
    circuit.closed = () => {
      call.cancel()
    }
    try {
      const { session, keyRecord: found, mtu, isResumed } = await call.done
      if (found !== undefined) this.#remember(name, found)
      const standing = isResumed ? known?.standing : undefined
      return this.#open({ session, circuit, model, mtu }, name, standing)
    } catch (error) {
      circuit.close()
      if (isFault(error, 'MESH_LINK')) this.#reach.losePath(label)
      throw error
    } finally {
      this.#calls.delete(call)
    }
  }

  async stop(): Promise<void> {
    for (const cancel of this.#seeks) cancel()
    for (const call of this.#calls) call.cancel()
    for (const link of this.#links) link.close()
    this.#reach.stop()
    await Promise.all(this.#router.media.map(({ name }) => this.#router.detach(name)))
  }

  #seek(label: Uint8Array, patience: number): Promise<void> {
    if (this.#reach.pathTo(label) !== undefined) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = this.#reach.seek(label, () => {
      resolve()
    })
    const giveUp = (): void => {
      reject(linkFault('unreachable'))
    }
    const timer = this.#options.clock.after(patience, giveUp)
    this.#seeks.add(giveUp)
    return promise.finally(() => {
      end()
      timer.cancel()
      this.#seeks.delete(giveUp)
    })
  }

  #answered({ identity, earlier, ...parts }: Answered): void {
    // Who asks has no name here: each link has one of its own, for the next to go on from.
    const name = earlier?.name ?? this.#options.random.bytes(nameBytes).toHex()
    this.#options.linked(this.#open(parts, name, earlier?.standing), identity)
  }

  #open(
    parts: Omit<Answered, 'identity' | 'earlier'>,
    name: string,
    standing: Standing | undefined,
  ): Link {
    const { clock, random } = this.#options
    const closed = (): void => {
      this.#links.delete(link)
    }
    const kept: LinkOptions['kept'] = (resumption, left) => {
      this.#acquaintances.keep(name, resumption, left)
    }
    const taking = (): number => this.#takingOf(parts.circuit.source)
    const link: Link = new Link({ clock, random, ...parts, standing, kept, taking, closed })
    this.#links.add(link)
    return link
  }

  /** What one link of a neighbour may have this node hold. */
  #takingOf(source: string): number {
    const links = Map.groupBy(this.#links, (link) => link.source)
    const own = Math.max(1, links.get(source)?.length ?? 0)
    return limits.takingBytes.value / Math.max(1, links.size) / own
  }

  #remember(name: Hex, keyRecord: Uint8Array): void {
    this.#keys.delete(name)
    this.#keys.set(name, keyRecord)
    const [oldest] = this.#keys.keys()
    if (this.#keys.size > limits.keyRecords.value && oldest !== undefined) {
      this.#keys.delete(oldest)
    }
  }

  #spread(medium: string, cell: Uint8Array, neighbour: string | undefined): void {
    this.#router.spread(medium, cell, neighbour).catch((error: unknown) => {
      if (!isFault(error, 'MESH_BUSY', 'MESH_GONE', 'MESH_MEDIUM')) throw error
    })
  }

  /** Of the medium itself, for what goes to neighbours. */
  #model(medium: string): LinkModel {
    const known = this.#models.get(medium)
    if (known !== undefined) return known
    const model = this.#freshModel(medium)
    this.#models.set(medium, model)
    return model
  }

  /** Of a way that begins there: as its first medium is said to be, until it is measured. */
  #freshModel(name: string): LinkModel {
    const facts = this.#router.media.find((medium) => medium.name === name)?.facts
    return new LinkModel(facts ?? { bitsPerSecond: 1000, latency: 1000 })
  }
}
