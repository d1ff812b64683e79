/**
 * T4: which node speaks for which validator. A binding with a higher sequence number takes the place of
 * one before.
 *
 * @see PIP-0008 "Validators' nodes"
 */
import { equal } from '#base'

import { invalid, isSigned, type PeerBinding } from './binding.ts'

export interface BoundValidator {
  /** ML-DSA-65, 1952 bytes. */
  readonly publicKey: Uint8Array
  /** The node of the genesis or of staking: sequence 0, without a binding. */
  readonly peer?: string
}

/** Validators changed their nodes, or a node the validator it speaks for. */
export interface Move {
  /** PeerIds that speak for another validator than before, or for none any more, or for a first one. */
  readonly peers: readonly string[]
}

/**
 * The bindings in force in one epoch: for each validator the one with the highest sequence. A node
 * speaks for one validator. Where several claim it, it is the one that the node itself names, else
 * the one whose genesis names the node, else the first.
 */
export class PeerBindings {
  readonly #networkId: Uint8Array
  readonly #epoch: number
  readonly #committee: readonly BoundValidator[]
  /** In the order in which they came to hold. */
  readonly #held = new Map<number, PeerBinding>()
  /** What nodes say of themselves, of those that are claimed. */
  readonly #avowed = new Map<string, number>()
  readonly #watchers = new Set<(move: Move) => void>()
  #speakers: ReadonlyMap<string, number>

  constructor(networkId: Uint8Array, epoch: number, committee: readonly BoundValidator[]) {
    this.#networkId = networkId
    this.#epoch = epoch
    this.#committee = committee
    this.#speakers = this.#resolve()
  }

  get epoch(): number {
    return this.#epoch
  }

  /** The node that speaks for a validator, undefined while none is known. */
  peerOf(author: number): string | undefined {
    const peer = this.#claimOf(author)
    return peer !== undefined && this.#speakers.get(peer) === author ? peer : undefined
  }

  /** The validator that a node speaks for. */
  authorOf(peer: string): number | undefined {
    return this.#speakers.get(peer)
  }

  /** All nodes that speak for a validator now. */
  peers(): ReadonlySet<string> {
    return new Set(this.#speakers.keys())
  }

  /** The node of the genesis that `peer` has taken the place of. */
  predecessorOf(peer: string): string | undefined {
    const author = this.#speakers.get(peer)
    const first = author === undefined ? undefined : this.#committee[author]?.peer
    return first === undefined || first === peer || this.#speakers.has(first) ? undefined : first
  }

  /** Whether the genesis names it, and its validator has another node now. */
  isRetired(peer: string): boolean {
    return !this.#speakers.has(peer) && this.#committee.some((member) => member.peer === peer)
  }

  held(): readonly PeerBinding[] {
    return [...this.#held.values()]
  }

  /** @returns What ends that. */
  watch(watcher: (move: Move) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** `peer` says of itself that it speaks for `author`: of several that claim it, that one has it. */
  avow(peer: string, author: number): void {
    if (this.#claimOf(author) !== peer || this.#avowed.get(peer) === author) return
    this.#avowed.set(peer, author)
    this.#settle()
  }

  /**
   * Takes a binding that is newer than what is held.
   * @returns False when it is of another epoch or not newer: no fault of who sent it.
   * @throws `NETWORK_BINDING` when it is wrong whenever it is read: its sender made it or never looked.
   */
  async offer(binding: PeerBinding): Promise<boolean> {
    if (!equal(binding.networkId, this.#networkId)) throw invalid('another network')
    if (binding.epoch !== this.#epoch) return false
    const member = this.#committee[binding.author]
    if (member === undefined) throw invalid('no such author')
    if (!this.#isNewer(binding)) return false
    if (!(await isSigned(binding, member.publicKey))) throw invalid('signature')
    // Another may have come while this one was verified.
    if (!this.#isNewer(binding)) return false
    this.#held.delete(binding.author)
    this.#held.set(binding.author, binding)
    this.#settle()
    return true
  }

  #isNewer({ author, sequence }: PeerBinding): boolean {
    return sequence > (this.#held.get(author)?.sequence ?? 0)
  }

  #claimOf(author: number): string | undefined {
    return this.#held.get(author)?.peer ?? this.#committee[author]?.peer
  }

  #settle(): void {
    for (const [peer, author] of this.#avowed) {
      if (this.#claimOf(author) !== peer) this.#avowed.delete(peer)
    }
    const before = this.#speakers
    this.#speakers = this.#resolve()
    const all = new Set([...before.keys(), ...this.#speakers.keys()])
    const peers = [...all].filter((peer) => before.get(peer) !== this.#speakers.get(peer))
    if (peers.length === 0) return
    for (const watcher of this.#watchers) watcher({ peers })
  }

  #resolve(): ReadonlyMap<string, number> {
    const speakers = new Map(this.#avowed)
    const claim = (peer: string | undefined, author: number): void => {
      if (peer !== undefined && !speakers.has(peer)) speakers.set(peer, author)
    }
    for (const [author, { peer }] of this.#committee.entries()) {
      if (this.#claimOf(author) === peer) claim(peer, author)
    }
    for (const [author, { peer }] of this.#held) claim(peer, author)
    return speakers
  }
}
