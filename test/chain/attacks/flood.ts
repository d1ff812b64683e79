/** A node under a flood: the real pool, engine and ML-DSA, over memory, and who attacks it. */
import { concat, empty, fixed, hex, isFault, silent } from '#base'
import { isObjective, Verifier } from '#chain'
import { keccak256 } from '#crypto'
import { type Genesis, preset } from '#genesis'
import { encodeTransaction, type UnsignedTransaction } from '#protocol'
import { openMemory, type Snapshot, type Store } from '#storage'

import { findTransaction } from '../../../chain/block/sealed.ts'
import { Engine } from '../../../chain/engine/engine.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { headView } from '../../../chain/pars/state-view.ts'
import { verifyEnvelope } from '../../../chain/pars/verify.ts'
import { PoolJournal } from '../../../chain/pool/journal.ts'
import { Pool } from '../../../chain/pool/pool.ts'
import type { Source } from '../../../chain/port.ts'
import { profileOf, TestClock } from '../engine/rig.ts'
import { gwei, type Wallet } from '../pars/wallet.ts'

/** One transaction, and who sends it. */
interface Offer {
  readonly wire: Uint8Array
  readonly source: Source
}

/** A node that seals what its pool has ready, and counts what a flood costs it. */
export class FloodedNode {
  readonly verifier = new Verifier({ cores: 2 })
  readonly clock: TestClock
  readonly pool: Pool
  /** How often which code answered. */
  readonly answers = new Map<string, number>()
  /** Sources that an objective verdict put out. */
  readonly banned = new Set<string>()
  /** Wire hashes whose signature was looked at, of this round. */
  verifications: string[] = []
  verified = 0
  most = { running: 0, waiting: 0, bytes: 0, size: 0 }
  readonly #profile: ParsProfile
  readonly #engine: Engine
  readonly #store: Store
  #snapshot: Snapshot

  private constructor(store: Store, profile: ParsProfile, engine: Engine) {
    this.#store = store
    this.#profile = profile
    this.#engine = engine
    this.#snapshot = store.snapshot()
    this.clock = new TestClock(engine.head.header.timestamp)
    this.pool = new Pool({
      network: profile,
      rules: profile.rules(),
      clock: this.clock,
      log: silent,
      journal: new PoolJournal((changes) => engine.persist(changes)),
      state: () => ({
        view: headView(this.#snapshot),
        position: {
          timestamp: engine.head.header.timestamp,
          baseFee: profile.nextBaseFee(engine.head.header),
          blockGasLimit: engine.head.header.gasLimit,
        },
      }),
      verifier: this.verifier,
      verify: (envelope, publicKey) => {
        this.verified++
        this.verifications.push(envelope.wireHash.toHex())
        this.#watch()
        return verifyEnvelope(envelope, publicKey)
      },
      mined: (hash) => findTransaction(this.#snapshot, hash) !== undefined,
    })
  }

  static async open(funded: readonly Wallet[], store: Store = openMemory()): Promise<FloodedNode> {
    const profile = await profileOf(fundedNetwork(funded))
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    return new FloodedNode(store, profile, engine)
  }

  sign(wallet: Wallet, changes: Partial<UnsignedTransaction> = {}): Uint8Array {
    const { chainId, genesisHash } = this.#profile
    const unsigned = wallet.unsigned({ chainId, ...changes })
    return encodeTransaction(wallet.sign(unsigned, { genesisHash }))
  }

  /** Offers one transaction and notes the answer; the network no longer listens to a banned peer. */
  async offer({ wire, source }: Offer): Promise<boolean> {
    if (this.banned.has(source.id)) return false
    try {
      await this.pool.submit(wire, source)
      this.#note('taken')
      return true
    } catch (error) {
      if (!isFault(error)) throw error
      this.#note(error.code)
      if (source.kind === 'peer' && isObjective(error)) this.banned.add(source.id)
      return false
    } finally {
      this.#watch()
    }
  }

  /** Seals a block at the clock's time. Returns the hashes of its transactions. */
  async seal(): Promise<ReadonlySet<string>> {
    const { header, hash } = this.#engine.head
    const room = { gas: header.gasLimit, bytes: this.#profile.blockRoom }
    const chosen = this.pool.ready(room)
    const now = this.clock.seconds
    const result = await this.#engine.execute({
      epoch: 0n,
      index: (this.#engine.lastCommit?.index ?? -1n) + 1n,
      digest: keccak256(concat(hash, fixed(now, 8))),
      timestamp: now > header.timestamp ? now : header.timestamp,
      bodies: [{ wires: chosen.map(({ wire }) => wire) }],
      verified: chosen.map(({ wireHash }) => wireHash.toHex()),
    })
    await this.#snapshot.close()
    this.#snapshot = this.#store.snapshot()
    this.pool.headChanged(result.changed)
    return new Set(chosen.map((envelope) => hex(envelope.hash)))
  }

  async close(): Promise<void> {
    await this.pool.settled()
    await this.#snapshot.close()
    await this.#engine.close()
  }

  #note(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
  }

  #watch(): void {
    const { most, pool, verifier } = this
    this.most = {
      running: Math.max(most.running, verifier.running),
      waiting: Math.max(most.waiting, verifier.waiting('pool')),
      bytes: Math.max(most.bytes, pool.bytes),
      size: Math.max(most.size, pool.size),
    }
  }
}

function fundedNetwork(wallets: readonly Wallet[]): Genesis {
  const genesis = preset('devnet')
  const alloc = wallets.map(({ address }) => ({
    address,
    balance: 10n ** 21n,
    nonce: 0n,
    code: empty,
    storage: [],
    key: undefined,
  }))
  return { ...genesis, alloc: alloc.toSorted((a, b) => (hex(a.address) < hex(b.address) ? -1 : 1)) }
}

/** What the attackers send, by kind; each call gives the next. */
export class Attack {
  readonly kinds = ['twin', 'replay', 'underfunded', 'gap', 'lane', 'noise'] as const
  readonly #bases: readonly Uint8Array[]
  readonly #underfunded: readonly Uint8Array[]
  readonly #gaps: readonly Uint8Array[]
  readonly #lanes: readonly Uint8Array[]
  readonly #sent = { twin: 0, replay: 0, underfunded: 0, gap: 0, lane: 0, noise: 0 }

  /** @param attackers Funded; they sign once, everything else is made of that. */
  constructor(node: FloodedNode, attackers: readonly Wallet[], poor: readonly Wallet[]) {
    const cheap = { maxPriorityFeePerGas: 1n, maxFeePerGas: 100n * gwei }
    // Never sent themselves: what is in the pool is known, and its twins cost nothing.
    this.#bases = attackers.map((one) => node.sign(one, { ...cheap, nonceKey: 999n }))
    this.#underfunded = poor.map((one) => node.sign(one, cheap))
    this.#gaps = attackers.flatMap((one) =>
      [2n, 5n, 9n, 30n, 63n, 64n, 1000n].map((nonce) => node.sign(one, { ...cheap, nonce })),
    )
    this.#lanes = attackers.flatMap((one) =>
      Array.from({ length: 20 }, (_, lane) =>
        node.sign(one, { ...cheap, nonceKey: BigInt(lane + 1), nonce: lane % 3 === 0 ? 1n : 0n }),
      ),
    )
  }

  next(kind: Attack['kinds'][number]): Uint8Array {
    const count = this.#sent[kind]++
    if (kind === 'twin') return this.#twin(count)
    // The same forgery over and over, and what the pool has already.
    if (kind === 'replay') return count % 2 === 0 ? this.#twin(0) : pick(this.#lanes, count)
    if (kind === 'underfunded') return pick(this.#underfunded, count)
    if (kind === 'gap') return pick(this.#gaps, count)
    if (kind === 'lane') return pick(this.#lanes, count)
    return fixed((0x50n << 2048n) | BigInt(count), 257)
  }

  /** From all clients by turns; each sends every kind. */
  burst(node: FloodedNode, count: number): Promise<boolean>[] {
    return Array.from({ length: count }, (_, index) => {
      const source: Source = { kind: 'client', id: `attacker ${index % clients}` }
      const which = Math.floor(index / clients) + (index % clients)
      const kind = which % 2 === 0 ? 'twin' : this.kinds[(which >> 1) % this.kinds.length]
      return node.offer({ wire: this.next(kind ?? 'twin'), source })
    })
  }

  /** A copy no other is equal to: two bits of the signature differ. The whole verification runs. */
  #twin(count: number): Uint8Array {
    const wire = pick(this.#bases, count).slice()
    const turn = Math.floor(count / this.#bases.length)
    flip(wire, wire.length - 2300, turn % 8192)
    flip(wire, wire.length - 1200, Math.floor(turn / 8192))
    return wire
  }
}

function flip(wire: Uint8Array, from: number, bit: number): void {
  const at = from + (bit >> 3)
  wire[at] = (wire[at] ?? 0) ^ (1 << (bit & 7))
}

function pick(all: readonly Uint8Array[], count: number): Uint8Array {
  return all[count % all.length] ?? empty
}

export interface FloodReport {
  readonly offered: number
  readonly rounds: number
  /** Blocks after which the honest transaction of each round was in one. */
  readonly delays: readonly number[]
  /** Verifications that began between the honest transaction's arrival and its own. */
  readonly waits: readonly number[]
}

export const clients = 100

/** Of a second: what comes in one burst comes at once. */
const bursts = 4

/**
 * Each second `clients` send what they can, half of it garbage twins, and behind the last burst of
 * all of them one honest client sends its transaction. Then a block is sealed.
 */
export async function flood(
  node: FloodedNode,
  attack: Attack,
  { honest, total, perRound }: { honest: Wallet; total: number; perRound: number },
): Promise<FloodReport> {
  const rounds = Math.ceil(total / perRound)
  const pending = new Map<string, number>()
  const delays: number[] = []
  const waits: number[] = []
  let offered = 0
  for (let round = 0; round < rounds; round++) {
    const count = Math.min(perRound, total - offered)
    for (let burst = 1; burst < bursts; burst++) {
      node.clock.advance(1000 / bursts)
      await Promise.all(attack.burst(node, count / bursts))
    }
    node.clock.advance(1000 / bursts)
    const offers = attack.burst(node, count / bursts)
    offered += count
    const wire = node.sign(honest, { nonce: BigInt(round), maxFeePerGas: 100n * gwei })
    // What attackers can make of it once they see it comes before it.
    const twin = wire.slice()
    flip(twin, twin.length - 2000, 1)
    offers.push(node.offer({ wire: twin, source: { kind: 'client', id: 'attacker 0' } }))
    node.verifications = []
    const hash = await node.pool.submit(wire, { kind: 'client', id: 'honest' })
    waits.push(node.verifications.indexOf(hex(keccak256(wire)).slice(2)))
    pending.set(hex(hash), round)
    const sealed = await node.seal()
    for (const [id, since] of pending) {
      if (!sealed.has(id)) continue
      delays.push(round - since + 1)
      pending.delete(id)
    }
    await Promise.all(offers)
  }
  if (pending.size > 0) delays.push(Infinity)
  return { offered, rounds, delays, waits }
}
