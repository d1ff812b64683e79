import { limits } from '../limits.ts'
import type { Block, Digest } from './block.ts'
import type { Peer } from './events.ts'
import { signedKey } from './hashes.ts'
import { sizeOf } from './ssz.ts'

export interface Unverified {
  readonly key: Digest
  readonly block: Block
  readonly from: Peer
}

/**
 * Blocks whose signature is being looked at. A digest is known as good only once a signature of it
 * verified, and never as bad: failures are remembered together with the signature, so that a forged
 * copy cannot shadow the real block.
 */
export class Verification {
  readonly #pending = new Map<Digest, Unverified>()
  readonly #failed = new Set<Digest>()
  readonly #load = new Map<Peer, { blocks: number; bytes: number }>()

  get size(): number {
    return this.#pending.size
  }

  /** What to verify, `failed` when that has been tried, or undefined when there is nothing to do now. */
  begin(block: Block, from: Peer): Unverified | 'failed' | undefined {
    const key = signedKey(block.digest, block.header.signature)
    if (this.#failed.has(key)) return 'failed'
    if (this.#pending.has(key)) return undefined
    const load = this.#load.get(from) ?? { blocks: 0, bytes: 0 }
    const bytes = sizeOf(block)
    if (load.blocks >= limits.unverifiedBlocks.value) return undefined
    if (load.bytes + bytes > limits.unverifiedBytes.value) return undefined
    load.blocks++
    load.bytes += bytes
    this.#load.set(from, load)
    const unverified = { key, block, from }
    this.#pending.set(key, unverified)
    return unverified
  }

  /** What waited for this verdict. */
  end(key: Digest, valid: boolean): Unverified | undefined {
    const unverified = this.#pending.get(key)
    if (unverified === undefined) return undefined
    this.#pending.delete(key)
    const load = this.#load.get(unverified.from)
    if (load !== undefined) {
      load.blocks--
      load.bytes -= sizeOf(unverified.block)
      if (load.blocks === 0) this.#load.delete(unverified.from)
    }
    if (!valid) this.#remember(key)
    return unverified
  }

  #remember(key: Digest): void {
    const [oldest] = this.#failed
    if (oldest !== undefined && this.#failed.size >= limits.rememberedFailures.value) {
      this.#failed.delete(oldest)
    }
    this.#failed.add(key)
  }
}
