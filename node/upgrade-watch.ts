import { fixed, type Hex, type Log, toBigInt } from '#base'
import type { BlockRef, ChainFace, Head } from '#chain'
import { hasSaidReady, pendingUpgrades, type WeighedUpgrade } from '#governance'
import type { StateCall } from '#precompiles'
import { systemAddresses } from '#protocol'

import { durationText } from './commands/duration.ts'
import { limits } from './limits.ts'

interface UpgradeWatchInit {
  readonly chain: Pick<ChainFace, 'head' | 'headEntries' | 'onHead' | 'reads'>
  /** What this node lacks of an upgrade: a sentence for each plugin. */
  readonly missingOf: (upgrade: WeighedUpgrade) => Promise<readonly string[]>
  /** Of the validator that it signs for. */
  readonly account: Hex | undefined
  readonly log: Log
}

interface Judged {
  readonly upgrade: WeighedUpgrade
  readonly missing: readonly string[]
}

/** Of UpgradeSchedule (contracts/artifacts, "storage"). */
export const slots = { all: 2n, pending: 3n } as const

/**
 * Tells the operator long before the activation of an upgrade what this node lacks for it, more often
 * as it comes nearer; and how to say that it is ready. All times are those of the chain.
 */
export class UpgradeWatch implements AsyncDisposable {
  readonly #init: UpgradeWatchInit
  readonly #end: () => void
  /** When each upgrade was warned of last. */
  readonly #warned = new Map<number, number>()
  readonly #invited = new Set<number>()
  #judged: readonly Judged[] = []
  #look: Promise<void> | undefined
  #isOver = false
  /** What the schedule looked like when it was read last, and when that was. */
  #seen: string | undefined
  #lookedAt = 0
  #failure: string | undefined

  constructor(init: UpgradeWatchInit) {
    this.#init = init
    this.#end = init.chain.onHead((head) => this.#moved(head))
    this.#moved(init.chain.head)
  }

  /** Upgrades that wait and that this node is not ready for. */
  get missing(): number {
    return this.#judged.filter(({ missing }) => missing.length > 0).length
  }

  /** The look that is under way, if one is, has ended. */
  async idle(): Promise<void> {
    await this.#look
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#end()
    await this.idle()
  }

  #moved(head: Head): void {
    const now = Number(head.header.timestamp)
    const words = this.#words()
    if (words?.pending === 0n) {
      this.#judged = []
      return
    }
    const seen = words && `${words.all} ${words.pending}`
    const isOld = Math.abs(now - this.#lookedAt) >= limits.upgradeLook.value
    if (this.#look !== undefined || (seen === this.#seen && !isOld)) {
      this.#warn(now)
      return
    }
    this.#seen = seen
    this.#lookedAt = now
    this.#look = this.#read(head, now).finally(() => (this.#look = undefined))
  }

  /** How many upgrades there ever were, and how many wait; undefined where that is not at hand. */
  #words() {
    const { headEntries } = this.#init.chain
    if (headEntries === undefined) return undefined
    const word = (slot: bigint): bigint =>
      toBigInt(headEntries.storage(systemAddresses.upgradeSchedule, fixed(slot, 32)))
    return { all: word(slots.all), pending: word(slots.pending) }
  }

  async #read({ header: { number } }: Head, now: number): Promise<void> {
    const { account, log, missingOf } = this.#init
    try {
      const call = this.#callAt({ number })
      const pending = await pendingUpgrades(call)
      this.#judged = await Promise.all(
        pending.map(async (upgrade) => ({ upgrade, missing: await missingOf(upgrade) })),
      )
      this.#forget(pending)
      for (const { upgrade, missing } of this.#judged) {
        if (missing.length > 0 || account === undefined || this.#invited.has(upgrade.id)) continue
        this.#invited.add(upgrade.id)
        if (!(await hasSaidReady(call, upgrade.id, account))) this.#invite(upgrade, now)
      }
      this.#failure = undefined
      this.#warn(now)
    } catch (error) {
      this.#seen = undefined
      if (this.#isOver || this.#failure === String(error)) return
      this.#failure = String(error)
      log.error('upgrades could not be looked up', { error: this.#failure })
    }
  }

  #callAt(at: BlockRef): StateCall {
    return async (to, data) => {
      const result = await this.#init.chain.reads.call({ to, data }, at)
      if (result === undefined) throw new TypeError('the head that was told of is gone')
      return { output: result.output, isReverted: result.failure !== undefined }
    }
  }

  #forget(pending: readonly WeighedUpgrade[]): void {
    const ids = new Set(pending.map(({ id }) => id))
    for (const id of this.#warned.keys()) if (!ids.has(id)) this.#warned.delete(id)
    for (const id of this.#invited) if (!ids.has(id)) this.#invited.delete(id)
  }

  #warn(now: number): void {
    for (const { upgrade, missing } of this.#judged) {
      const left = Math.max(0, upgrade.activation - now)
      const last = this.#warned.get(upgrade.id)
      if (missing.length === 0 || (last !== undefined && now - last < pauseAt(left))) continue
      this.#warned.set(upgrade.id, now)
      this.#init.log.warn('this node lacks what an upgrade needs, and stops at its activation', {
        ...factsOf(upgrade, left),
        missing: missing.join('; '),
      })
    }
  }

  #invite(upgrade: WeighedUpgrade, now: number): void {
    this.#init.log.info('this node has what an upgrade needs: its validator may say so', {
      ...factsOf(upgrade, Math.max(0, upgrade.activation - now)),
      command: `pars validator ready ${upgrade.id}`,
    })
  }
}

/** Seconds from one warning to the next. */
function pauseAt(left: number): number {
  const { upgradeWarningLeast, upgradeWarningMost } = limits
  const share = Math.floor(left / 8)
  return Math.max(upgradeWarningLeast.value, Math.min(upgradeWarningMost.value, share))
}

function factsOf({ id, pip, activation }: WeighedUpgrade, left: number) {
  const from = new Date(activation * 1000).toISOString()
  return { upgrade: id, pip, from, left: leftText(left) }
}

/** In the largest unit of which there are two or more. */
function leftText(left: number): string {
  const unit = [86_400, 3_600, 60].find((one) => left >= 2 * one) ?? 1
  return durationText(BigInt(left - (left % unit)))
}
