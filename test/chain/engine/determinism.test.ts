import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { fixed, hex, silent } from '#base'
import { openLevel, openMemory, type Store } from '#storage'

import { Engine } from '../../../chain/engine/engine.ts'
import type { Commit } from '../../../chain/pars/commit.ts'
import type { ParsProfile } from '../../../chain/pars/profile.ts'
import { Seeded } from '../../seeded.ts'
import { FaultStore } from '../../storage/fault-store.ts'
import { audit, blocksOf, replay } from './audit.ts'
import { devNetwork, sign, storeContract } from './network.ts'
import { FusedStore } from './power-loss.ts'
import { commitOf, profileOf } from './rig.ts'

/** Some of everything that authors may put forward: gaps, garbage, repetitions, lanes, creations. */
function randomCommits(profile: ParsProfile, seed: number, count: number): Commit[] {
  const dice = new Seeded(seed)
  const nonces = new Map<string, bigint>()
  let { timestamp } = profile.genesis.header
  return Array.from({ length: count }, (_, id) => {
    timestamp += BigInt(dice.below(6))
    const wires = Array.from({ length: dice.below(12) }, () => {
      const account = dice.below(5)
      const nonceKey = BigInt(dice.below(2))
      const lane = `${account}:${nonceKey}`
      const next = nonces.get(lane) ?? 0n
      nonces.set(lane, next + 1n)
      const creates = nonceKey === 0n && dice.oneIn(6)
      const { wire } = sign(profile, account, {
        nonceKey,
        nonce: dice.oneIn(9) ? next + 1n : next,
        to: creates ? new Uint8Array(0) : storeContract.address,
        value: 0n,
        data: Uint8Array.of(...fixed(dice.below(9), 32), ...fixed(dice.below(3), 32)),
        gasLimit: 150_000n,
      })
      if (dice.oneIn(20)) wire[wire.length - 1]! ^= 1
      return wire
    })
    const half = dice.below(wires.length + 1)
    const bodies = [{ wires: dice.oneIn(2) ? wires.toReversed() : wires.slice(0, half) }]
    return { ...commitOf(id, timestamp, []), bodies: [...bodies, { wires: wires.slice(half) }] }
  })
}

/** @param opens Called before the first commit, and before each when `restarts`. */
async function hashes(
  commits: readonly Commit[],
  profile: ParsProfile,
  opens: () => Promise<Store>,
  restarts: boolean,
): Promise<string[]> {
  const found: string[] = []
  const open = async () =>
    Engine.open({ store: await opens(), profile, archive: false, log: silent })
  let engine = await open()
  for (const commit of commits) {
    const { blocks, skipped } = await engine.execute(commit)
    found.push(
      ...blocks.map(({ hash }) => hex(hash)),
      ...skipped.map(({ wireHash, reason }) => `${hex(wireHash)} ${reason}`),
    )
    if (!restarts) continue
    await engine.close()
    engine = await open()
  }
  await engine.close()
  return found
}

describe('the same commits', function () {
  this.timeout(60_000)

  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-determinism-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  for (const seed of [1, 2, 3]) {
    it(`give the same blocks in memory, on a disk, and restarted after each (seed ${seed})`, async () => {
      const profile = await profileOf(devNetwork())
      const commits = randomCommits(profile, seed, 12)
      const disk = path.join(folder, 'disk')
      const inMemory = await hashes(commits, profile, async () => openMemory(), false)
      assert.deepEqual(await hashes(commits, profile, () => openLevel(disk), false), inMemory)
      assert.deepEqual(await hashes(commits, profile, () => openLevel(`${disk}-2`), true), inMemory)
      const store = await openLevel(disk)
      try {
        await audit(store)
        const blocks = blocksOf(store)
        assert.ok(blocks.length > 5)
        await replay(blocks, profile)
      } finally {
        await store.close()
      }
    })
  }
})

async function manyBlocks(): Promise<{ profile: ParsProfile; commit: Commit }> {
  const profile = await profileOf(devNetwork({ blockGasLimit: 1_000_000n }))
  const wires = Array.from(
    { length: 60 },
    (_, index) => sign(profile, index % 5, { nonce: BigInt(Math.floor(index / 5)) }).wire,
  )
  const timestamp = profile.genesis.header.timestamp + 1n
  return { profile, commit: commitOf(1, timestamp, wires) }
}

describe('a commit of several blocks', function () {
  this.timeout(60_000)

  it('fills one after the other, under one digest and one time', async () => {
    const { profile, commit } = await manyBlocks()
    const store = openMemory()
    const engine = await Engine.open({ store, profile, archive: false, log: silent })
    const { blocks, skipped } = await engine.execute(commit)
    assert.deepEqual(skipped, [])
    assert.ok(blocks.length >= 3)
    for (const { header } of blocks) {
      assert.deepEqual(header.parentBeaconBlockRoot, commit.digest)
      assert.equal(header.timestamp, commit.timestamp)
      assert.ok(header.gasUsed <= header.gasLimit)
    }
    const randaos = new Set(blocks.map(({ header }) => hex(header.prevRandao)))
    assert.equal(randaos.size, blocks.length)
    await audit(store)
    await replay(blocksOf(store), profile)
  })

  it('is on the disk whole or not at all when the power fails while it is written', async () => {
    const { profile, commit } = await manyBlocks()
    const open = (store: Store) => Engine.open({ store, profile, archive: false, log: silent })
    const { blocks } = await (await open(openMemory())).execute(commit)
    for (const kept of [0, 1]) {
      const disk = new FaultStore()
      // The genesis is the first write, the commit the second.
      const engine = await open(new FusedStore(disk, 1, true))
      await assert.rejects(engine.execute(commit))
      assert.equal(disk.atRisk, 1)
      const survivor = await disk.crashKeeping(kept)
      await audit(survivor)
      assert.equal(blocksOf(survivor).length, kept === 0 ? 1 : 1 + blocks.length)
      const again = await (await open(survivor)).execute(commit)
      assert.deepEqual(again.blocks, blocks, 'the same answer, whether it is done or found done')
      assert.equal(blocksOf(survivor).length, 1 + blocks.length)
      await audit(survivor)
    }
  })
})
