import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { hex, isFault } from '#base'

import { maximalCost } from '../../../chain/pars/validity.ts'
import { limits } from '../../../chain/pool/limits.ts'
import { weightOf } from '../../../chain/pool/weight.ts'
import { decode, forged, gwei, Wallet } from '../pars/wallet.ts'
import { client, Pooled } from './pooled.ts'

const wallets = [new Wallet('rich'), new Wallet('poor')] as const
const poorBalance = 6n * 68_000n * 10n * gwei

type Step =
  | { readonly do: 'submit'; readonly which: number; readonly forge: boolean }
  | { readonly do: 'together'; readonly which: readonly number[] }
  | { readonly do: 'mine'; readonly count: number }
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'drain' }
  | { readonly do: 'fail' }
  | { readonly do: 'restart' }

/** Signed once: the steps choose among them. */
const wires: readonly Uint8Array[] = wallets.flatMap((wallet) =>
  [0n, 1n, 2n, 5n].flatMap((nonce) =>
    [0n, 1n, 2n].flatMap((nonceKey) =>
      [10n, 12n].map((fee) =>
        wallet.wire({
          nonce,
          nonceKey,
          validUntil: nonce === 1n ? 1100n : 0n,
          maxFeePerGas: fee * gwei,
          maxPriorityFeePerGas: (fee * gwei) / 10n,
        }),
      ),
    ),
  ),
)

const which = fc.nat({ max: wires.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      which,
      forge: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('together' as const),
      which: fc.array(which, { minLength: 2, maxLength: 6 }),
    }),
  },
  fc.record({ do: fc.constant('mine' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ do: fc.constant('drain' as const) }),
  fc.record({ do: fc.constant('fail' as const) }),
  fc.record({ do: fc.constant('restart' as const) }),
)

/** A pool beside what it has acknowledged. */
class Run {
  readonly pooled = new Pooled(wallets[0])
  readonly #acknowledged = new Map<string, Uint8Array>()

  constructor() {
    this.pooled.view.set(wallets[1].address, { balance: poorBalance })
  }

  async take(one: Step): Promise<void> {
    const { pooled } = this
    if (one.do === 'submit')
      await this.#submit(one.forge ? forged(wires[one.which]!) : wires[one.which]!)
    if (one.do === 'together') await Promise.all(one.which.map((at) => this.#submit(wires[at]!)))
    if (one.do === 'mine') pooled.mine(...this.#ready().slice(0, one.count))
    if (one.do === 'wait') {
      pooled.clock.advance(one.seconds * 1000)
      const timestamp = pooled.position.timestamp + BigInt(one.seconds)
      pooled.position = { ...pooled.position, timestamp }
      pooled.pool.headChanged([])
    }
    if (one.do === 'drain') {
      const { balance } = pooled.view.account(wallets[1].address)!
      pooled.view.set(wallets[1].address, { balance: (balance * 2n) / 3n })
      pooled.pool.headChanged([wallets[1].address])
    }
    if (one.do === 'fail') await this.#fail()
    if (one.do === 'restart') await this.#restart()
  }

  async #submit(wire: Uint8Array): Promise<void> {
    try {
      const hash = await this.pooled.submit(wire)
      this.#acknowledged.set(hex(hash), wire)
    } catch (error) {
      assert(isFault(error) && /^(?:TX|POOL)_/.test(error.code), String(error))
    }
  }

  #ready(): Uint8Array[] {
    return this.pooled.pool.ready({ gas: 10n ** 9n, bytes: 10 ** 7 }).map(({ wire }) => wire)
  }

  /** A write that fails changes nothing. */
  async #fail(): Promise<void> {
    const before = held(this.pooled)
    this.pooled.beforeWrite = () => Promise.reject(new TypeError('no space left on device'))
    await Promise.allSettled(wires.slice(0, 6).map((wire) => this.pooled.submit(wire)))
    this.pooled.beforeWrite = async () => {}
    // A replacement that fails leaves what it would have replaced.
    assert.deepEqual(held(this.pooled), before)
  }

  async #restart(): Promise<void> {
    const { pooled } = this
    const before = held(pooled)
    const ready = pooled.ready().toSorted()
    await pooled.pool.settled()
    await pooled.restart()
    assert.deepEqual(held(pooled), before)
    assert.deepEqual(pooled.ready().toSorted(), ready)
  }

  async check(): Promise<void> {
    this.#checkQuotas()
    await this.pooled.pool.settled()
    assert.equal(await this.pooled.onDisk(), this.pooled.pool.size)
    for (const [id, wire] of this.#acknowledged) {
      const isThere = this.pooled.has(wire) || this.pooled.mined.has(id)
      assert(isThere || (await this.pooled.evicted(wire)) !== undefined, 'lost without a word')
    }
  }

  #checkQuotas(): void {
    const { pool, view } = this.pooled
    const all = pool.list().map(({ wire }) => decode(wire))
    assert.equal(all.length, pool.size)
    assert.equal(pool.list().filter(({ isExecutable }) => isExecutable).length, pool.executable)
    assert.equal(
      pool.bytes,
      all.reduce((sum, envelope) => sum + weightOf(envelope), 0),
    )
    for (const { address } of wallets) {
      const own = all.filter(({ sender }) => hex(sender) === hex(address))
      const cost = own.reduce((sum, envelope) => sum + maximalCost(envelope), 0n)
      assert(cost <= (view.account(address)?.balance ?? 0n))
      assert(own.length <= limits.transactionsPerSender.value)
      const places = own.map(({ fields }) => `${fields.nonceKey} ${fields.nonce}`)
      assert.equal(new Set(places).size, own.length)
    }
  }
}

function held({ pool }: Pooled): readonly string[] {
  return pool
    .list()
    .map(({ wire }) => hex(decode(wire).wireHash))
    .toSorted()
}

describe('the pool, whatever happens', function () {
  this.timeout(120_000)

  it('keeps the quotas, and every acknowledged transaction is in it, in a block, or explained', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const run = new Run()
        for (const one of steps) {
          await run.take(one)
          await run.check()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('counts a sender once for what is on its way in from many clients at once', async () => {
    const [alice] = wallets
    const pooled = new Pooled(alice)
    const many = Array.from({ length: 64 }, (_, nonce) =>
      [10n, 12n].map((fee) =>
        alice.wire({
          nonce: BigInt(nonce),
          maxFeePerGas: fee * gwei,
          maxPriorityFeePerGas: (fee * gwei) / 5n,
        }),
      ),
    ).flat()
    const lanes = Array.from({ length: 8 }, (_, lane) => alice.wire({ nonceKey: BigInt(lane + 1) }))
    await Promise.allSettled(
      [...many, ...lanes].map((wire, index) => pooled.pool.submit(wire, client(index))),
    )
    assert.equal(pooled.pool.size, limits.transactionsPerSender.value)
    assert.equal(await pooled.onDisk(), limits.transactionsPerSender.value)
  })
})
