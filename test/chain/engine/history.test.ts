import assert from 'node:assert/strict'

import { fixed, isFault } from '#base'
import { openMemory, type Store } from '#storage'

import type { ParsProfile } from '../../../chain/pars/profile.ts'
import type { BlockRef } from '../../../chain/port.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import { Seeded } from '../../seeded.ts'
import { accounts, day, devNetwork, sign, storeContract } from './network.ts'
import { profileOf, Rig, TestClock } from './rig.ts'

const slots = Array.from({ length: 6 }, (_, index) => fixed(index, 32))
const watched = [...accounts.slice(0, 4).map(({ address }) => address), storeContract.address]

/** What state says of all that the test touches. */
async function observe(store: Store, profile: ParsProfile, at: BlockRef) {
  const context = { reader: store.snapshot(), profile, interrupt: uninterrupted }
  try {
    return {
      balances: await Promise.all(watched.map((address) => reads.balance(context, address, at))),
      nonces: await Promise.all(watched.map((address) => reads.nonce(context, address, at))),
      words: await Promise.all(
        slots.map((slot) => reads.storage(context, storeContract.address, slot, at)),
      ),
      proofs: await Promise.all(watched.map((address) => reads.proof(context, address, slots, at))),
      code: await reads.code(context, storeContract.address, at),
    }
  } finally {
    await context.reader.close()
  }
}

async function grow(store: Store, options: { archive: boolean; step: bigint; blocks: number }) {
  const profile = await profileOf(devNetwork())
  const clock = new TestClock(profile.genesis.header.timestamp)
  const rig = await Rig.open({ store, profile, clock, archive: options.archive })
  const dice = new Seeded(7)
  const observed = [await observe(store, profile, 'latest')]
  for (let block = 0; block < options.blocks; block++) {
    clock.advance(Number(options.step) * 1000)
    for (let account = 0; account < 3; account++) {
      const nonce = rig.pool.pendingNonce(accounts[account]!.address)
      const writes = {
        to: storeContract.address,
        value: 0n,
        data: Uint8Array.of(...fixed(dice.below(6), 32), ...fixed(dice.below(3), 32)),
      }
      const { wire } = sign(profile, account, { nonce, ...(dice.oneIn(4) ? {} : writes) })
      await rig.pool.submit(wire, { kind: 'client', id: 'test' })
    }
    assert.equal((await rig.seal()).blocks.length, 1)
    observed.push(await observe(store, profile, 'latest'))
  }
  return { profile, observed }
}

describe('the state of earlier heights', function () {
  this.timeout(60_000)

  it('is what it was then: balances, nonces, words, code, proofs', async () => {
    const store = openMemory()
    const { profile, observed } = await grow(store, { archive: false, step: 2n, blocks: 25 })
    for (const [number, then] of observed.entries()) {
      assert.deepEqual(await observe(store, profile, { number: BigInt(number) }), then)
    }
  })

  it('is forgotten after a day: refused below, whole above', async () => {
    const store = openMemory()
    const { profile, observed } = await grow(store, { archive: false, step: 2n * day, blocks: 12 })
    let refused = 0
    for (const [number, then] of observed.entries()) {
      const at = { number: BigInt(number) }
      try {
        assert.deepEqual(await observe(store, profile, at), then)
        assert.ok(number >= observed.length - 2, `block ${number} should be forgotten`)
      } catch (error) {
        assert.ok(isFault(error, 'STATE_PRUNED'), String(error))
        assert.equal(number, refused++, 'from the oldest on, without a gap')
      }
    }
    assert.ok(refused >= observed.length - 2)
    const context = { reader: store.snapshot(), profile, interrupt: uninterrupted }
    assert.ok(reads.block(context, { number: 1n }), 'blocks and receipts are kept')
  })

  it('is kept whole by an archive', async () => {
    const store = openMemory()
    const { profile, observed } = await grow(store, { archive: true, step: 2n * day, blocks: 8 })
    for (const [number, then] of observed.entries()) {
      assert.deepEqual(await observe(store, profile, { number: BigInt(number) }), then)
    }
  })
})
