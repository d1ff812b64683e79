/** Random operations on VePars, each foretold by the model, and look-ups into their past. */
import assert from 'node:assert/strict'

import type { Account } from '../chain/attacks/network.ts'
import { Seeded } from '../seeded.ts'
import { addressOf, alice, bob, carol, dave, mallory } from './scene.ts'
import { Model } from './ve-model.ts'
import { day, type Knots, pars, type Ve, week } from './ve-scene.ts'

const users: readonly Account[] = [alice, bob, carol, dave, mallory]
const shortest = 30n * day
const longest = 208n * week

export interface Tally {
  done: number
  /** How often, by the error's name. */
  readonly refused: Map<string, number>
  lookUps: number
}

interface Operation {
  readonly name: string
  readonly args: readonly unknown[]
  readonly value?: bigint
  /** What the model says of it: nothing, the error's name, or what is paid. */
  foretold(now: bigint): string | bigint | undefined
}

const sum = (all: readonly bigint[]): bigint => all.reduce((total, one) => total + one, 0n)

export class Campaign {
  readonly tally: Tally = { done: 0, refused: new Map(), lookUps: 0 }
  readonly #ve: Ve
  readonly #model: Model
  readonly #random: Seeded
  /** Seconds at which something was done. */
  readonly #seconds: bigint[] = []
  readonly #nonces = new Map<string, bigint>()

  constructor(ve: Ve, knots: Knots, seed: string) {
    this.#ve = ve
    this.#model = new Model(knots)
    this.#random = new Seeded(seed)
  }

  /** Until `count` operations were done; those that were refused come on top. */
  async run(count: number): Promise<Tally> {
    this.#seconds.push(this.#ve.now)
    while (this.tally.done < count) {
      await this.#operate()
      if (this.#random.oneIn(8)) await this.#lookBack()
      if (this.#random.oneIn(16)) await this.#lookAround()
    }
    for (let round = 0; round < 10; round++) await this.#lookBack()
    return this.tally
  }

  /** Lets every lock end, and has everybody take back everything. */
  async finish(): Promise<void> {
    for (const user of users) {
      for (const { id, kept } of await this.#ve.locksOf(user)) {
        if (kept > 0n) await this.#ve.done(user, 'setAutoExtend', [id, false])
      }
    }
    this.#ve.pass(209n * week)
    for (const user of users) {
      assert.deepEqual(await this.#ve.attempt(user, 'delegate', [addressOf(alice)]), undefined)
      for (const { id, amount } of await this.#ve.locksOf(user)) {
        const before = this.#ve.holds
        await this.#ve.done(user, 'withdraw', [id])
        assert.equal(before - this.#ve.holds, amount)
      }
      assert.equal(await this.#ve.votesOf(user), 0n)
    }
    assert.equal(await this.#ve.value('totalSupply'), 0n)
    assert.equal(this.#ve.holds, 0n)
  }

  async #operate(): Promise<void> {
    const user = this.#random.pick(users)
    const operation = this.#operation(user)
    this.#ve.goTo(this.#nextSecond())
    const before = this.#ve.holds
    const error = await this.#ve.attempt(
      operation.name === 'delegateByPQSig' ? this.#random.pick(users) : user,
      operation.name,
      operation.args,
      operation.value,
    )
    const foretold = operation.foretold(this.#ve.now)
    const what = `${operation.name}(${operation.args.slice(0, 4).join(', ')})`
    assert.equal(error?.[0], typeof foretold === 'bigint' ? undefined : foretold, what)
    const paid = typeof foretold === 'bigint' ? foretold : 0n
    const received = error === undefined ? (operation.value ?? 0n) : 0n
    assert.equal(this.#ve.holds, before + received - paid, what)
    this.#seconds.push(this.#ve.now)
    const { refused } = this.tally
    if (error === undefined) this.tally.done += 1
    else refused.set(String(error[0]), (refused.get(String(error[0])) ?? 0) + 1)
  }

  #operation(user: Account): Operation {
    const who = addressOf(user)
    const [model, random] = [this.#model, this.#random]
    const id = random.below(random.oneIn(20) ? 20 : 5)
    const kind = random.below(16)
    if (kind < 4) {
      const [duration, value] = [this.#duration(), this.#amount()]
      const foretold = (now: bigint): string | undefined => model.lock(who, now, duration, value)
      return { name: 'lock', args: [duration], value, foretold }
    }
    if (kind < 6) {
      const value = this.#amount()
      const foretold = (now: bigint): string | undefined => model.increase(who, now, id, value)
      return { name: 'increase', args: [id], value, foretold }
    }
    if (kind < 8) {
      const duration = this.#duration()
      const foretold = (now: bigint): string | undefined => model.extend(who, now, id, duration)
      return { name: 'extend', args: [id, duration], foretold }
    }
    if (kind < 11) {
      const on = random.oneIn(2)
      const foretold = (now: bigint): string | undefined => model.setAutoExtend(who, now, id, on)
      return { name: 'setAutoExtend', args: [id, on], foretold }
    }
    if (kind < 13) {
      const foretold = (now: bigint): string | bigint => model.withdraw(who, now, id)
      return { name: 'withdraw', args: [id], foretold }
    }
    return this.#delegation(user, kind === 15)
  }

  #delegation(user: Account, bySignature: boolean): Operation {
    const [account, delegatee] = [addressOf(user), addressOf(this.#random.pick(users))]
    const foretold = (now: bigint): string | undefined =>
      this.#model.delegate(account, now, delegatee)
    if (!bySignature) return { name: 'delegate', args: [delegatee], foretold }
    const [nonce, expiry] = [this.#nonces.get(account) ?? 0n, 2n ** 256n - 1n]
    this.#nonces.set(account, nonce + 1n)
    const digest = this.#ve.digestOf({ account, delegatee, nonce, expiry })
    const signature = this.#ve.scene.signWithKey(user, digest)
    const args = [account, delegatee, nonce, expiry, signature]
    return { name: 'delegateByPQSig', args, foretold }
  }

  /** Compares all with the model at some second of the past. */
  async #lookBack(): Promise<void> {
    const time = this.#pastSecond()
    const { votes, balances, delegates, supply } = await this.#ve.standings(users, time)
    const names = users.map(addressOf)
    const expected = {
      votes: names.map((who) => this.#model.votes(who, time)),
      balances: names.map((who) => this.#model.balance(who, time)),
      delegates: names.map((who) => this.#model.delegateOf(who, time)),
      supply: this.#model.supply(time),
    }
    assert.deepEqual({ votes, balances, delegates, supply }, expected, `at ${time}`)
    assert.equal(sum(votes), supply)
    assert.equal(sum(balances), supply)
    this.tally.lookUps += 1
  }

  /** The same for the second of the head, which is not over. */
  async #lookAround(): Promise<void> {
    const [ve, model] = [this.#ve, this.#model]
    for (const user of users) {
      assert.equal(await ve.votesOf(user), model.votes(addressOf(user), ve.now))
      assert.equal(await ve.balanceOf(user), model.balance(addressOf(user), ve.now))
    }
    const supply = (await ve.value('totalSupply')) as bigint
    assert.equal(supply, model.supply(ve.now))
    assert.equal(ve.holds, model.locked())
    assert.ok(supply <= ve.holds)
  }

  #nextSecond(): bigint {
    const [random, now] = [this.#random, this.#ve.scene.network.timestamp]
    if (random.oneIn(4)) return now
    const boundary = (now / week + 1n) * week
    if (random.oneIn(6)) return boundary + BigInt(random.below(2))
    if (random.oneIn(60)) return now + BigInt(60 + random.below(160)) * week
    const most = random.pick([60n, 3600n, day, 10n * day, 4n * week])
    return now + BigInt(random.below(Number(most)))
  }

  #pastSecond(): bigint {
    const [random, now] = [this.#random, this.#ve.now]
    const first = this.#seconds[0]!
    const near = random.pick(this.#seconds) + BigInt(random.below(3) - 1)
    const any = first + (BigInt(random.below(1_000_000)) * (now - first)) / 1_000_000n
    const boundary = (any / week) * week + BigInt(random.below(3) - 1)
    const time = random.pick([near, near, any, boundary])
    return time < now ? time : now - 1n
  }

  #duration(): bigint {
    const random = this.#random
    if (random.oneIn(10)) return random.pick([shortest - 1n, shortest, longest, longest + 1n])
    const most = random.oneIn(2) ? 20n * week : longest - shortest
    return shortest + (BigInt(random.below(1_000_000)) * most) / 1_000_000n
  }

  #amount(): bigint {
    const random = this.#random
    if (random.oneIn(12)) return random.pick([0n, pars / 100n - 1n, pars / 100n])
    return (BigInt(random.below(1000) + 1) * pars) / 7n + BigInt(random.below(1_000_000_007))
  }
}
