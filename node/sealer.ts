import { type Clock, concat, fixed, isFault, type Log } from '#base'
import type { Chain, Commit } from '#chain'
import { keccak256 } from '#crypto'

interface SealerInit {
  readonly chain: Chain
  readonly clock: Clock
  readonly log: Log
}

/**
 * Orders transactions by itself, where one node is the whole network: what the pool has ready
 * becomes a commit every `targetBlockMs`, and an empty block follows when nothing comes for long.
 */
export class Sealer {
  readonly #init: SealerInit
  #stopped = false
  #timer: { cancel(): void } | undefined
  #sealing: Promise<void> = Promise.resolve()

  constructor(init: SealerInit) {
    this.#init = init
  }

  start(): void {
    this.#schedule()
  }

  /** Ends after the commit under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#sealing
  }

  #schedule(): void {
    if (this.#stopped) return
    const { chain, clock } = this.#init
    this.#timer = clock.after(chain.profile.targetBlockMs, () => {
      this.#sealing = this.#attempt().finally(() => this.#schedule())
    })
  }

  async #attempt(): Promise<void> {
    try {
      await this.#seal()
    } catch (error) {
      if (isFault(error, 'CHAIN_STOPPED')) this.#stopped = true
      else this.#init.log.error('sealing failed', { error: String(error) })
    }
  }

  async #seal(): Promise<void> {
    const { chain, clock } = this.#init
    const { header } = chain.head
    const room = { gas: chain.profile.blockGasLimit, bytes: chain.profile.blockRoom }
    const chosen = chain.pool.ready(room)
    const now = BigInt(Math.floor(clock.now() / 1000))
    const timestamp = now > header.timestamp ? now : header.timestamp
    const idle = timestamp - header.timestamp < chain.profile.emptyBlockSeconds
    if (chosen.length === 0 && idle) return
    const wires = chosen.map(({ wire }) => wire)
    const hashes = chosen.map(({ wireHash }) => wireHash)
    const commit: Commit = {
      epoch: 0n,
      index: (chain.lastCommit?.index ?? -1n) + 1n,
      digest: keccak256(concat(chain.head.hash, fixed(timestamp, 8), ...hashes)),
      timestamp,
      bodies: wires.length === 0 ? [] : [{ wires }],
      verified: hashes.map((hash) => hash.toHex()),
    }
    await chain.execute(commit)
  }
}
