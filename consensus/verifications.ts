import { contexts } from '#protocol'

import type { Digest } from './core/block.ts'
import type { Committee } from './core/committee.ts'
import type { Effect } from './core/effects.ts'
import { unhexed } from './core/ssz.ts'
import { limits } from './limits.ts'
import type { Verify } from './ports.ts'

type Wanted = Extract<Effect, { readonly type: 'verify' }>

/** Signatures on their way through the verifier, so many at once, in the order in which they came. */
export class Verifications {
  readonly #committee: Committee
  readonly #verify: Verify
  readonly #verdict: (key: Digest, valid: boolean) => void
  readonly #failed: (error: unknown) => void
  readonly #settled = new Map<Digest, PromiseWithResolvers<void>>()
  #waiting: Wanted[] = []
  #running = 0

  constructor(
    committee: Committee,
    verify: Verify,
    verdict: (key: Digest, valid: boolean) => void,
    failed: (error: unknown) => void,
  ) {
    this.#committee = committee
    this.#verify = verify
    this.#verdict = verdict
    this.#failed = failed
  }

  add(wanted: Wanted): void {
    this.#waiting.push(wanted)
    if (!this.#settled.has(wanted.digest)) {
      this.#settled.set(wanted.digest, Promise.withResolvers())
    }
    this.#next()
  }

  /** Resolves when the verdict on `digest` is in; at once when none is awaited. */
  async settled(digest: Digest): Promise<void> {
    await this.#settled.get(digest)?.promise
  }

  /** Forgets what waits. */
  stop(): void {
    this.#waiting = []
    for (const { resolve } of this.#settled.values()) resolve()
    this.#settled.clear()
  }

  #next(): void {
    while (this.#running < limits.verifications.value) {
      const wanted = this.#waiting.shift()
      if (wanted === undefined) return
      this.#running++
      void this.#run(wanted)
    }
  }

  async #run({ key, author, digest, signature }: Wanted): Promise<void> {
    try {
      const publicKey = this.#committee.members[author]?.publicKey ?? new Uint8Array(0)
      const valid = await this.#verify(publicKey, unhexed(digest), signature, contexts.dag)
      this.#verdict(key, valid)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#running--
      this.#settled.get(digest)?.resolve()
      this.#settled.delete(digest)
      this.#next()
    }
  }
}
