import { statfs } from 'node:fs/promises'

import { type Clock, isFault } from '#base'
import type { Chain } from '#chain'
import type { HealthFace, NodeFace, UnreadyReason } from '#rpc'

import { limits } from './limits.ts'

interface HealthInit {
  readonly chain: Pick<Chain, 'head' | 'stopped'>
  readonly node: Pick<NodeFace, 'status'>
  /** The data folder. */
  readonly data: string
  readonly clock: Clock
  /** Free bytes of the disk of `data`. */
  readonly freeBytes?: (data: string) => Promise<number>
}

/** Whether a node should be asked, from what it knows of itself. */
export class Health implements HealthFace {
  readonly #init: HealthInit
  #phase: 'starting' | 'running' | 'draining' = 'starting'
  #free = Infinity
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(init: HealthInit) {
    this.#init = init
  }

  started(): void {
    this.#phase = 'running'
  }

  /** From now on it is not to be asked. */
  drain(): void {
    this.#phase = 'draining'
  }

  unready(): readonly UnreadyReason[] {
    this.#look()
    const phase = this.#phase === 'running' ? [] : [{ reason: this.#phase }]
    return [...phase, ...this.#store(), ...this.#order()]
  }

  #store(): readonly UnreadyReason[] {
    const { chain, node } = this.#init
    const { stopped } = chain
    const isStopped = stopped !== undefined || node.status().consensus?.execution === 'failed'
    const isFull = this.#free < limits.fullDisk.value || isFullFault(stopped)
    return [
      ...(isStopped ? [{ reason: 'execution-stopped' } as const] : []),
      ...(isFull ? [{ reason: 'store-full' } as const] : []),
    ]
  }

  #order(): readonly UnreadyReason[] {
    const { chain, node } = this.#init
    const { consensus, peers } = node.status()
    if (consensus === null) return []
    const { author, standing, sync, validators } = consensus
    const others = validators.length - (author === null ? 0 : 1)
    const behind = sync === null ? 0 : sync.to - Number(chain.head.header.number)
    const isJoining = standing === 'asking' || standing === 'amnesic'
    return [
      ...(isJoining && this.#phase === 'running' ? [{ reason: 'starting' } as const] : []),
      ...(others > 0 && peers === 0 ? [{ reason: 'no-peers' } as const] : []),
      ...(sync === null ? [] : [{ reason: 'syncing', behind: Math.max(0, behind) } as const]),
    ]
  }

  /** What it finds is for the next who asks. */
  #look(): void {
    const { clock, data, freeBytes = freeBytesOf } = this.#init
    const now = clock.now()
    if (now - this.#lookedAt < limits.diskAge.value) return
    this.#lookedAt = now
    freeBytes(data).then(
      (free) => (this.#free = free),
      // Where the disk tells nothing, its first failing write does.
      () => undefined,
    )
  }
}

function isFullFault(stopped: Chain['stopped']): boolean {
  return isFault(stopped) && 'reason' in stopped.facts && stopped.facts.reason === 'STORE_FULL'
}

async function freeBytesOf(data: string): Promise<number> {
  const { bavail, bsize } = await statfs(data)
  return bavail * bsize
}
