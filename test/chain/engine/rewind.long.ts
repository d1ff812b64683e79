import assert from 'node:assert/strict'

import { concat, empty, fixed, isFault, silent, unhex } from '#base'
import { openMemory, type Store } from '#storage'

import { Engine } from '../../../chain/engine/engine.ts'
import { rewind } from '../../../chain/engine/rewind.ts'
import type { Commit } from '../../../chain/pars/commit.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { Seeded } from '../../seeded.ts'
import { audit, blocksOf, replay } from './audit.ts'
import { accounts, devNetwork, sign, storeContract } from './network.ts'
import { commitOf, profileOf } from './rig.ts'

/** Deploys code that destroys itself when it is called: in the same transaction alone it is gone. */
const creation = unhex('0x5f355f55600160015560fe5f5360015ff3')

/** Commits of several blocks each, as the gas limit of a block is small. */
class Story {
  readonly #dice: Seeded
  readonly #profile: ParsProfile
  readonly #nonces = new Map<number, bigint>()
  #last = 0

  constructor(profile: ParsProfile, seed: number) {
    this.#dice = new Seeded(seed)
    this.#profile = profile
  }

  next(timestamp: bigint): Commit {
    const wires = Array.from({ length: this.#dice.below(20) }, () => this.#transaction())
    return commitOf(++this.#last, timestamp, wires)
  }

  #transaction(): Uint8Array {
    const dice = this.#dice
    const account = dice.below(4)
    const nonce = this.#nonces.get(account) ?? 0n
    this.#nonces.set(account, nonce + 1n)
    const word = concat(fixed(dice.below(5), 32), fixed(dice.below(3), 32))
    const kind = dice.below(3)
    if (kind === 0)
      return sign(this.#profile, account, { nonce, to: fixed(dice.below(50) + 1, 20) }).wire
    if (kind === 1) {
      return sign(this.#profile, account, { nonce, to: empty, value: 0n, data: creation }).wire
    }
    const to = storeContract.address
    return sign(this.#profile, account, { nonce, to, value: 0n, data: word }).wire
  }
}

/** Everything that means something: trie nodes that nothing leads to are left out, and so are bytes that their hash names. */
async function contents(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const all = { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) }
  for await (const [key, value] of store.entries(all)) {
    if ('tTck'.includes(String.fromCharCode(key[0] ?? 0))) continue
    found.set(key.toHex(), value.toHex())
  }
  // What the last commit skipped is in no block.
  found.delete(new TextEncoder().encode('moutcome').toHex())
  return found
}

describe('a chain that is taken back', function () {
  this.timeout(60_000)

  let profile: ParsProfile
  before(async () => {
    profile = await profileOf(devNetwork({ blockGasLimit: 1_000_000n }))
  })

  const open = (store: Store) => Engine.open({ store, profile, archive: true, log: silent })

  it('is what it was, whatever came after, and goes on as if that had never been', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const store = openMemory()
      const engine = await open(store)
      const story = new Story(profile, seed)
      const marks: { readonly number: bigint; readonly at: Map<string, string> }[] = []
      let time = engine.head.header.timestamp
      for (let commit = 0; commit < 24; commit++) {
        time += 3n
        await engine.execute(story.next(time))
        if (commit % 6 === 5)
          marks.push({ number: engine.head.header.number, at: await contents(store) })
      }
      const several = blocksOf(store).filter(({ header }) => header.extraData.at(-1)! > 0)
      assert.ok(several.length > 0, 'commits of several blocks')
      for (const { number, at } of marks.slice(0, -1).toReversed()) {
        const head = await engine.rewind(number)
        assert.equal(head.header.number, number)
        assert.deepEqual(await contents(store), at)
        await audit(store)
      }
      const { index } = engine.lastCommit!
      const fund = sign(profile, 5, { to: accounts[6]!.address })
      await engine.execute({
        ...commitOf(Number(index) + 1, time + 9n, [fund.wire]),
        digest: fixed(seed, 32),
      })
      await audit(store)
      await replay(blocksOf(store), profile)
      await engine.rewind(0n)
      assert.equal(engine.lastCommit, undefined)
      await audit(store)
    }
  })

  it('ends between two commits wherever the process dies', async () => {
    const store = openMemory()
    const engine = await open(store)
    const story = new Story(profile, 9)
    let time = engine.head.header.timestamp
    for (let commit = 0; commit < 12; commit++) await engine.execute(story.next((time += 3n)))
    const ends = new Set<string>()
    for (const [place, { header }] of blocksOf(store).entries()) {
      const next = blocksOf(store)[place + 1]?.header.parentBeaconBlockRoot
      if (next?.toHex() !== header.parentBeaconBlockRoot?.toHex()) ends.add(String(header.number))
    }
    let kills = 0
    for (let before = ends.size; ;) {
      const dying: Store = Object.assign(Object.create(store) as Store, {
        get: store.get.bind(store),
        entries: store.entries.bind(store),
        async write(...given: Parameters<Store['write']>): Promise<void> {
          if (kills++ % 2 === 1) throw new Error('killed')
          await store.write(...given)
        },
      })
      await rewind(dying, 0n).catch(() => undefined)
      await audit(store)
      const again = await open(store)
      const { number } = again.head.header
      assert.ok(ends.has(String(number)), `block ${number} is inside a commit`)
      if (number === 0n) break
      assert.ok(--before > 0)
    }
    assert.ok(kills > 8)
  })

  it('is refused below the state that is kept, and nothing changes', async () => {
    const store = openMemory()
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    const story = new Story(profile, 3)
    const start = engine.head.header.timestamp
    for (let commit = 1n; commit < 6n; commit++) {
      await engine.execute(story.next(start + commit * 86_400n))
    }
    const at = await contents(store)
    await assert.rejects(engine.rewind(0n), (error) => isFault(error, 'STATE_PRUNED'))
    assert.deepEqual(await contents(store), at)
    await engine.execute(story.next(start + 7n * 86_400n))
    await audit(store)
  })
})
