import {
  type Body,
  type CommitPorts,
  CommitRun,
  type OpenBlock,
} from '../../../chain/pars/commit.ts'
import type { ParsEnvelope } from '../../../chain/pars/envelope.ts'
import { blockBytes, roomForTransactions } from '../../../chain/pars/limits.ts'
import { type Position, stateFault } from '../../../chain/pars/validity.ts'
import { verifyEnvelope } from '../../../chain/pars/verify.ts'
import type { MemoryView } from './memory-view.ts'
import { decode, network, rules } from './wallet.ts'

/** A block that executes what a transfer does to its sender, all of its gas used. */
class MemoryBlock implements OpenBlock {
  readonly position: Position
  readonly envelopes: ParsEnvelope[] = []
  readonly #view: MemoryView
  gasLeft: bigint
  bytesLeft = roomForTransactions

  constructor(position: Position, view: MemoryView) {
    this.position = position
    this.#view = view
    this.gasLeft = position.blockGasLimit
  }

  async run(envelope: ParsEnvelope): Promise<void> {
    const fault = stateFault(envelope, this.#view, this.position)
    if (fault !== undefined) throw fault
    const { sender, gasLimit, fields } = envelope
    const { nonce, balance } = this.#view.account(sender) ?? { nonce: 0n, balance: 0n }
    const paid = gasLimit * envelope.effectiveGasPrice(this.position.baseFee) + fields.value
    this.#view.set(sender, {
      balance: balance - paid,
      nonce: fields.nonceKey === 0n ? fields.nonce + 1n : nonce,
    })
    if (fields.nonceKey !== 0n) this.#view.setLane(sender, fields.nonceKey, fields.nonce + 1n)
    this.gasLeft -= gasLimit
    this.bytesLeft -= blockBytes(envelope.wire)
    this.envelopes.push(envelope)
  }
}

/** Runs one commit over `view`; says what came of it in short. */
export class MemoryChain implements CommitPorts {
  readonly network = network
  readonly rules = rules
  readonly view: MemoryView
  readonly blocks: MemoryBlock[] = []
  /** Wire hashes, in order. */
  readonly verifications: string[] = []
  readonly #positions: readonly Position[]

  /** @param positions Of each block of the commit; the last is that of all further ones too. */
  constructor(view: MemoryView, ...positions: readonly Position[]) {
    this.view = view
    this.#positions = positions
  }

  verify(envelope: ParsEnvelope, publicKey: Uint8Array): Promise<boolean> {
    this.verifications.push(envelope.wireHash.toHex())
    return verifyEnvelope(envelope, publicKey)
  }

  async current(): Promise<OpenBlock> {
    return this.blocks.at(-1) ?? this.next()
  }

  async next(): Promise<OpenBlock> {
    const position = this.#positions[this.blocks.length] ?? this.#positions.at(-1)!
    const block = new MemoryBlock(position, this.view)
    this.blocks.push(block)
    return block
  }

  async run(bodies: readonly Body[], verified: readonly string[] = []): Promise<Outcome> {
    const run = new CommitRun({ verified }, this)
    await run.run(bodies)
    return {
      blocks: this.blocks.map(({ envelopes }) => envelopes.map(({ wireHash }) => wireHash.toHex())),
      skipped: run.skipped.map(({ wireHash, reason }) => [wireHash.toHex(), reason] as const),
      broken: run.broken,
    }
  }
}

export interface Outcome {
  /** Wire hashes. */
  readonly blocks: readonly (readonly string[])[]
  readonly skipped: readonly (readonly [wireHash: string, code: string])[]
  readonly broken: readonly number[]
}

export function idOf(wire: Uint8Array): string {
  return decode(wire).wireHash.toHex()
}
