/** Repeats claims, challenges those that are wrong, and answers for one's own. */
import { equal, Fault, type Hex, isFault, unhex } from '#base'
import type { Witness } from '#inference'
import type { Claim } from '#precompiles'

import type { Sender } from '../sender.ts'
import { openModel } from './built.ts'
import { answerClaimed, claimOf } from './claims.ts'
import { idsOf } from './contracts.ts'
import { defend, type Ledger, ledgerOf, play, type Tell } from './disputes.ts'
import { witnessOf } from './inference.ts'
import { limits } from './limits.ts'
import { challengeCall, Challenger, Claimant } from './parties.ts'
import { modelOf } from './registry.ts'

export interface WatcherOptions {
  /** Folders of `pars model build`, or files, by the hash of what is registered. */
  readonly models: ReadonlyMap<Hex, string>
  /** Answers for the account's own claims too. */
  readonly defends: boolean
  readonly tell: Tell
}

interface Verdict {
  readonly isRight: boolean
  readonly model: string
}

/** What it knows is computed again after a restart; what it has to do is on the chain. */
export class Watcher {
  readonly #sender: Sender
  readonly #ledger: Ledger
  readonly #options: WatcherOptions
  /** Claims ever made that it has looked at. */
  #seen = 0
  readonly #open = new Set<Hex>()
  readonly #verdicts = new Map<Hex, Verdict | undefined>()
  readonly #witnesses = new Map<Hex, Witness>()
  readonly #challengers = new Map<Hex, Challenger>()
  /** Challenges by claim of which it has not told how they ended. */
  readonly #playing = new Map<Hex, readonly number[]>()
  readonly #troubles = new Map<Hex, string>()

  constructor(sender: Sender, options: WatcherOptions) {
    this.#sender = sender
    this.#ledger = ledgerOf(sender)
    this.#options = options
  }

  /** Does all that is to be done now. What goes wrong with one claim leaves the others alone. */
  async look(): Promise<void> {
    for await (const id of idsOf(this.#sender.rpc, 'claims', this.#seen)) {
      this.#open.add(id)
      this.#seen++
    }
    for (const id of this.#open) {
      try {
        if (!(await this.#attend(id))) this.#forget(id)
        this.#troubles.delete(id)
      } catch (error) {
        if (!isFault(error) || error.code === 'NODE_UNREACHABLE') throw error
        if (this.#troubles.get(id) !== error.message) this.#options.tell(`${id}: ${error.message}`)
        this.#troubles.set(id, error.message)
      }
    }
  }

  /** Whether there may be more to do. */
  async #attend(id: Hex): Promise<boolean> {
    const { wallet, rpc } = this.#sender
    const claim = await claimOf(rpc, id)
    const own = await this.#ownChallenges(claim)
    await this.#tellEnded(id, own)
    if (claim.status !== 'open' && own.length === 0) return false
    const verdict = await this.#verdictOn(claim)
    if (verdict === undefined) return false
    if (verdict.isRight) {
      if (!this.#options.defends || claim.claimant !== wallet.account.address) return false
      const claimant = new Claimant(await this.#witnessOf(claim, verdict))
      const { status } = await defend(this.#ledger, claimant, id, this.#options.tell)
      return status === 'open'
    }
    await this.#dispute(claim, verdict, own)
    return true
  }

  async #dispute(claim: Claim, verdict: Verdict, own: readonly number[]): Promise<void> {
    const { id } = claim
    const { terms } = await this.#ledger.standing(id)
    if (own.length === 0) {
      this.#options.tell(`challenging ${id}, of ${claim.claimant}`)
      await this.#ledger.send(challengeCall(id, terms.bond > 0n ? terms.bond : 1n))
      return
    }
    const challenger =
      this.#challengers.get(id) ?? new Challenger(await this.#witnessOf(claim, verdict))
    this.#challengers.set(id, challenger)
    for (const number of own) {
      await play(this.#ledger, challenger, { id, number }, this.#options.tell)
    }
  }

  async #tellEnded(id: Hex, own: readonly number[]): Promise<void> {
    for (const number of this.#playing.get(id) ?? []) {
      if (own.includes(number)) continue
      const { status } = await this.#ledger.challenge(id, number)
      this.#options.tell(`challenge ${number} of ${id}: ${status}`)
    }
    this.#playing.set(id, own)
  }

  /** Undecided, of this account. */
  async #ownChallenges({ id, challenges }: Claim): Promise<readonly number[]> {
    const own: number[] = []
    for (let number = 1; number <= challenges; number++) {
      const { challenger, status } = await this.#ledger.challenge(id, number)
      if (challenger === this.#sender.wallet.account.address && status === 'open') own.push(number)
    }
    return own
  }

  /** Undefined for a model that is not at hand. */
  async #verdictOn(claim: Claim): Promise<Verdict | undefined> {
    if (this.#verdicts.has(claim.id)) return this.#verdicts.get(claim.id)
    const { hash } = await modelOf(this.#sender.rpc, claim.model)
    const model = this.#options.models.get(hash)
    if (model === undefined) {
      this.#options.tell(`${claim.id}: its model is not at hand`)
      this.#verdicts.set(claim.id, undefined)
      return undefined
    }
    const witness = await this.#witnessOf(claim, { model })
    const isRight = equal(witness.trace.top, unhex(claim.traceTop))
    this.#options.tell(`${claim.id}: ${isRight ? 'right' : 'wrong'}`)
    const verdict = { isRight, model }
    this.#verdicts.set(claim.id, verdict)
    return verdict
  }

  async #witnessOf(claim: Claim, { model }: Pick<Verdict, 'model'>): Promise<Witness> {
    const known = this.#witnesses.get(claim.id)
    if (known !== undefined) return known
    const { input } = await answerClaimed(this.#sender.rpc, claim)
    const witness = witnessOf(await openModel(model, 'committed'), input)
    this.#witnesses.set(claim.id, witness)
    for (const oldest of this.#witnesses.keys()) {
      if (this.#witnesses.size <= limits.witnesses.value) break
      this.#witnesses.delete(oldest)
    }
    return witness
  }

  #forget(id: Hex): void {
    this.#open.delete(id)
    for (const known of [this.#verdicts, this.#witnesses, this.#challengers, this.#playing]) {
      known.delete(id)
    }
    this.#troubles.delete(id)
  }
}

/**
 * Models by the hash of what is registered. What is no model is told and left out. Throws `MODEL_NONE`
 * where nothing is left.
 */
export async function modelsAt(
  places: readonly string[],
  tell: Tell,
): Promise<ReadonlyMap<Hex, string>> {
  const models = new Map<Hex, string>()
  for (const place of places) {
    try {
      const { hash } = await openModel(place, 'committed')
      models.set(hash, place)
      tell(`${hash} ${place}`)
    } catch (error) {
      if (!isFault(error)) throw error
      tell(`${place}: ${error.message}`)
    }
  }
  if (models.size > 0) return models
  throw new Fault({ code: 'MODEL_NONE' }, 'name a folder with models that `pars model build` wrote')
}
