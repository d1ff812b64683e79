import { hex, silent } from '#base'
import { type Change, openMemory, type Store } from '#storage'

import type { ParsEnvelope } from '../../../chain/pars/envelope.ts'
import type { Position } from '../../../chain/pars/validity.ts'
import { verifyEnvelope } from '../../../chain/pars/verify.ts'
import { evictionOf, PoolJournal } from '../../../chain/pool/journal.ts'
import { Pool } from '../../../chain/pool/pool.ts'
import { Verifier } from '../../../chain/pool/verifier.ts'
import type { Source } from '../../../chain/port.ts'
import { ManualClock } from '../../manual-clock.ts'
import { MemoryView } from '../pars/memory-view.ts'
import { decode, gwei, network, rules, type Wallet } from '../pars/wallet.ts'

/** A pool over a state in memory, with its disk and its clock. */
export class Pooled {
  readonly view = new MemoryView()
  readonly clock = new ManualClock(1_800_000_000_000)
  readonly store: Store = openMemory()
  readonly verifier = new Verifier({ cores: 2 })
  /** Wire hashes whose signature was looked at, in order. */
  readonly verifications: string[] = []
  /** Transaction hashes in blocks. */
  readonly mined = new Set<string>()
  position: Position = { timestamp: 1000n, baseFee: gwei, blockGasLimit: 30_000_000n }
  /** Called before each write; may fail, or take its time. */
  beforeWrite: (changes: readonly Change[]) => Promise<void> = async () => {}
  /** Called before each verification. */
  beforeVerification: () => Promise<void> = async () => {}
  pool: Pool
  #clients = 0

  constructor(...funded: readonly Wallet[]) {
    for (const { address } of funded) this.view.set(address, { balance: 10n ** 21n })
    this.pool = this.#open(network)
  }

  /** Each from a client of its own, so that no rate is met. */
  submit(wire: Uint8Array): Promise<Uint8Array> {
    return this.pool.submit(wire, client(this.#clients++))
  }

  /** All at once. */
  async submitAll(wires: Iterable<Uint8Array>): Promise<void> {
    await Promise.all([...wires].map((wire) => this.submit(wire)))
  }

  /** The process ends and starts again. */
  async restart(dev = false): Promise<void> {
    this.pool = this.#open({ ...network, dev })
    await this.pool.restore(this.store)
  }

  /** A block has `wires`; its senders' nonces move. */
  mine(...wires: readonly Uint8Array[]): void {
    const envelopes = wires.map(decode)
    for (const { hash, sender, fields } of envelopes) {
      this.mined.add(hex(hash))
      if (fields.nonceKey === 0n) this.view.set(sender, { nonce: fields.nonce + 1n })
      else this.view.setLane(sender, fields.nonceKey, fields.nonce + 1n)
    }
    this.pool.headChanged(envelopes.map(({ sender }) => sender))
  }

  has(wire: Uint8Array): boolean {
    return this.pool.byHash(decode(wire).hash) !== undefined
  }

  /** Why `wire` left the pool, as the disk says. */
  async evicted(wire: Uint8Array): Promise<string | undefined> {
    await this.pool.settled()
    return evictionOf(this.store, decode(wire).hash)?.reason
  }

  /** The transactions on disk. */
  async onDisk(): Promise<number> {
    await this.pool.settled()
    const journal = new PoolJournal(async () => {})
    return (await journal.load(this.store)).pooled.length
  }

  /** Wire hashes of what a block with `gas` would take. */
  ready(gas = this.position.blockGasLimit, bytes = 8_000_000): string[] {
    return this.pool.ready({ gas, bytes }).map(({ wireHash }) => wireHash.toHex())
  }

  #open(on: typeof network): Pool {
    return new Pool({
      network: on,
      rules,
      clock: this.clock,
      log: silent,
      journal: new PoolJournal(async (changes) => {
        await this.beforeWrite(changes)
        await this.store.write(changes, { sync: true })
      }),
      state: () => ({ view: this.view, position: this.position }),
      verifier: this.verifier,
      verify: async (envelope: ParsEnvelope, publicKey) => {
        this.verifications.push(envelope.wireHash.toHex())
        await this.beforeVerification()
        return verifyEnvelope(envelope, publicKey)
      },
      mined: (hash) => this.mined.has(hex(hash)),
    })
  }
}

export function client(id: number | string): Source {
  return { kind: 'client', id: String(id) }
}

export function peer(id: number | string): Source {
  return { kind: 'peer', id: String(id) }
}

/** Turns of the event loop that no promise of the code under test outlasts. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
