import { Fault } from '#base'
import type { Chain } from '#chain'
import type { BlockBuilder, DevFace } from '#rpc'

import type { TimeState } from './block-time.ts'
import { limits } from './limits.ts'
import type { Sealer } from './sealer.ts'

interface Snapshot {
  readonly id: bigint
  readonly height: bigint
  readonly time: TimeState
}

/** Lets tests hold the time and the blocks of a development node in their hands. */
export class DevControl implements DevFace, BlockBuilder {
  readonly #chain: Chain
  readonly #sealer: Sealer
  #snapshots: readonly Snapshot[] = []
  #lastId = 0n

  constructor(chain: Chain, sealer: Sealer) {
    this.#chain = chain
    this.#sealer = sealer
    // An earlier run may have moved time: it goes on where the chain is.
    const { timestamp } = chain.head.header
    if (sealer.time.after(0n) < timestamp) sealer.time.goOnFrom(timestamp)
  }

  build: BlockBuilder['build'] = (request) => this.#chain.build(request)

  snapshot(): Promise<bigint> {
    return this.#sealer.alone(async () => {
      const id = ++this.#lastId
      const height = this.#chain.head.header.number
      const all = [...this.#snapshots, { id, height, time: this.#sealer.time.state }]
      await this.#keep(all.slice(-limits.snapshots.value))
      return id
    })
  }

  revert(id: bigint): Promise<boolean> {
    return this.#sealer.alone(async () => {
      const found = this.#snapshots.find((one) => one.id === id)
      if (found === undefined) return false
      await this.#chain.rewind(found.height)
      this.#sealer.time.restore(found.time)
      await this.#keep(this.#snapshots.filter((one) => one.id < id))
      return true
    })
  }

  async mine({ blocks, timestamp }: { blocks: bigint; timestamp?: bigint }): Promise<void> {
    const most = BigInt(limits.minedBlocks.value)
    if (blocks > most) throw outOfRange('blocks', most)
    if (timestamp !== undefined) {
      if (blocks === 0n) return this.setNextBlockTimestamp(timestamp)
      checkTime(timestamp)
    }
    for (let made = 0n; made < blocks; made++) {
      // oxlint-disable-next-line no-await-in-loop -- each follows the last
      await this.#sealer.seal(made === 0n ? timestamp : undefined)
    }
  }

  async setNextBlockTimestamp(timestamp: bigint): Promise<void> {
    checkTime(timestamp)
    await this.#sealer.setNextTime(timestamp)
  }

  increaseTime(seconds: bigint): bigint {
    const most = BigInt(limits.devSeconds.value) - this.#sealer.time.after(0n)
    if (seconds > most) throw outOfRange('seconds', most)
    return this.#sealer.time.increase(seconds)
  }

  setAutomine(isOn: boolean): Promise<void> {
    return this.#sealer.setPace({ kind: isOn ? 'instant' : 'manual' })
  }

  setIntervalMining(milliseconds: number): Promise<void> {
    const most = BigInt(limits.miningInterval.value)
    if (milliseconds > most) throw outOfRange('milliseconds', most)
    return this.#sealer.setPace(
      milliseconds === 0 ? { kind: 'manual' } : { kind: 'interval', milliseconds },
    )
  }

  /** The chain keeps what the lowest of them needs. */
  async #keep(snapshots: readonly Snapshot[]): Promise<void> {
    this.#snapshots = snapshots
    await this.#chain.keepFrom(snapshots[0]?.height)
  }
}

function checkTime(timestamp: bigint): void {
  const most = BigInt(limits.devSeconds.value)
  if (timestamp > most) throw outOfRange('timestamp', most)
}

function outOfRange(what: string, most: bigint): Fault {
  return new Fault({ code: 'NODE_DEV_RANGE', what, most }, `${what}: at most ${most} at once`)
}
