/** What VePars should say, from nothing but the list of all that was done: no sums are kept. */
import type { Hex } from '#base'

import { type Knots, week } from './ve-scene.ts'

interface Terms {
  readonly since: bigint
  readonly amount: bigint
  readonly end: bigint
  readonly kept: bigint
}

interface Slot {
  readonly history: Terms[]
  open: boolean
}

interface Member {
  readonly slots: Slot[]
  readonly delegates: { readonly since: bigint; readonly to: Hex }[]
}

/** The error's name, or nothing where it was done. */
type Outcome = string | undefined

const least = 10n ** 16n
const shortest = 30n * 86_400n
const longest = 208n * week

/** The first whole week that is not before `time`. */
export function roundedUp(time: bigint): bigint {
  return ((time + week - 1n) / week) * week
}

/** The wei that `amount` weighs with `remaining` seconds before its end, each second of a piece worth
 * whole wei. */
export function weigh(knots: Knots, amount: bigint, remaining: bigint): bigint {
  let [votes, from, reached] = [0n, 0n, 0n]
  for (const [weeks, points] of knots) {
    const [to, weight] = [BigInt(weeks) * week, BigInt(points)]
    const covered = remaining < from ? 0n : (remaining < to ? remaining : to) - from
    votes += covered * ((amount * (weight - reached)) / ((to - from) * 10_000n))
    ;[from, reached] = [to, weight]
  }
  return votes
}

export class Model {
  readonly #knots: Knots
  readonly #members = new Map<Hex, Member>()

  constructor(knots: Knots) {
    this.#knots = knots
  }

  lock(who: Hex, now: bigint, duration: bigint, amount: bigint): Outcome {
    if (!fits(duration)) return 'DurationOutOfRange'
    if (amount < least) return 'AmountTooSmall'
    const { slots } = this.#member(who)
    const free = slots.find(({ open }) => !open) ?? { history: [], open: false }
    if (!slots.includes(free)) {
      if (slots.length === 16) return 'TooManyLocks'
      slots.push(free)
    }
    free.open = true
    free.history.push({ since: now, amount, end: roundedUp(now + duration), kept: 0n })
    return undefined
  }

  increase(who: Hex, now: bigint, id: number, added: bigint): Outcome {
    return this.#change(who, now, id, ({ amount, ...rest }) => {
      return added < least ? 'AmountTooSmall' : { ...rest, amount: amount + added }
    })
  }

  extend(who: Hex, now: bigint, id: number, duration: bigint): Outcome {
    return this.#change(who, now, id, ({ end, kept, ...rest }) => {
      if (!fits(duration)) return 'DurationOutOfRange'
      if (kept > 0n) {
        return duration > kept ? { ...rest, end: 0n, kept: duration } : 'NotLonger'
      }
      const later = roundedUp(now + duration)
      return later > end ? { ...rest, end: later, kept: 0n } : 'NotLonger'
    })
  }

  setAutoExtend(who: Hex, now: bigint, id: number, on: boolean): Outcome {
    return this.#change(who, now, id, ({ end, kept, ...rest }) => {
      if (on === kept > 0n) return 'AutoExtendUnchanged'
      if (!on) return { ...rest, end: roundedUp(now + kept), kept: 0n }
      const remaining = end - now < longest ? end - now : longest
      return fits(remaining) ? { ...rest, end: 0n, kept: remaining } : 'DurationOutOfRange'
    })
  }

  /** The amount that is paid, or the error's name. */
  withdraw(who: Hex, now: bigint, id: number): bigint | string {
    const slot = this.#member(who).slots[id]
    const terms = slot?.history.at(-1)
    if (slot === undefined || terms === undefined || !slot.open) return 'UnknownLock'
    if (terms.kept > 0n) return 'LockExtendsItself'
    if (now < terms.end) return 'LockNotEnded'
    slot.open = false
    return terms.amount
  }

  delegate(who: Hex, now: bigint, to: Hex): Outcome {
    this.#member(who).delegates.push({ since: now, to })
    return undefined
  }

  balance(who: Hex, time: bigint): bigint {
    return this.#member(who).slots.reduce((sum, { history }) => {
      const terms = history.findLast(({ since }) => since <= time)
      return terms === undefined ? sum : sum + this.#weight(terms, time)
    }, 0n)
  }

  delegateOf(who: Hex, time: bigint): Hex {
    return this.#member(who).delegates.findLast(({ since }) => since <= time)?.to ?? who
  }

  votes(who: Hex, time: bigint): bigint {
    const all = [...this.#members.keys()]
    return all
      .filter((member) => this.delegateOf(member, time) === who)
      .reduce((sum, member) => sum + this.balance(member, time), 0n)
  }

  supply(time: bigint): bigint {
    return [...this.#members.keys()].reduce((sum, who) => sum + this.balance(who, time), 0n)
  }

  /** All that is locked and not withdrawn. */
  locked(): bigint {
    const slots = [...this.#members.values()].flatMap((member) => member.slots)
    return slots.reduce((sum, slot) => sum + (slot.open ? slot.history.at(-1)!.amount : 0n), 0n)
  }

  #weight({ amount, end, kept }: Terms, time: bigint): bigint {
    if (kept > 0n) return weigh(this.#knots, amount, kept)
    return time < end ? weigh(this.#knots, amount, end - time) : 0n
  }

  #change(
    who: Hex,
    now: bigint,
    id: number,
    next: (terms: Terms) => Omit<Terms, 'since'> | string,
  ): Outcome {
    const slot = this.#member(who).slots[id]
    const terms = slot?.history.at(-1)
    if (slot === undefined || terms === undefined || !slot.open) return 'UnknownLock'
    if (terms.kept === 0n && now >= terms.end) return 'LockEnded'
    const changed = next(terms)
    if (typeof changed === 'string') return changed
    slot.history.push({ ...changed, since: now })
    return undefined
  }

  #member(who: Hex): Member {
    const member = this.#members.get(who) ?? { slots: [], delegates: [] }
    this.#members.set(who, member)
    return member
  }
}

function fits(duration: bigint): boolean {
  return duration >= shortest && duration <= longest
}
