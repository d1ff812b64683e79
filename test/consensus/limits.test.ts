import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'

import { CommitVotes } from '../../consensus/core/commit-votes.ts'
import type { Effect, StoreRecord } from '../../consensus/core/effects.ts'
import { Finality } from '../../consensus/core/finality.ts'
import { signedKey } from '../../consensus/core/hashes.ts'
import { nothing } from '../../consensus/core/restored.ts'
import { bodySize, headerBytes } from '../../consensus/core/ssz.ts'
import { Verification } from '../../consensus/core/verification.ts'
import { Journal } from '../../consensus/journal.ts'
import { limits } from '../../consensus/limits.ts'
import { parameters } from '../../consensus/parameters.ts'
import type { Answer, Network } from '../../consensus/ports.ts'
import { DagStore } from '../../consensus/store/dag-store.ts'
import { voteKey } from '../../consensus/store/keys.ts'
import { Verifications } from '../../consensus/verifications.ts'
import { askCommits } from '../../consensus/wire/ask.ts'
import { encodeCommitsItem } from '../../consensus/wire/frames.ts'
import { Synchroniser } from '../../consensus/wire/synchroniser.ts'
import { FaultStore } from '../storage/fault-store.ts'
import { digestOf, forged, testBlock } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const { committee } = epoch

/** A signature that is none, another for every number. */
function signatureOf(number: number): Uint8Array {
  const signature = new Uint8Array(3309)
  new DataView(signature.buffer).setUint32(0, number)
  return signature
}

/** A network of which only `request` is used. */
function asking(request: Network['request']): Network {
  return {
    request,
    push: () => assert.fail('a push'),
    publish: () => assert.fail('gossip'),
    blame: (peer, reason) => assert.fail(`${peer} is blamed: ${reason}`),
  }
}

/** The first author attests each of `heights` with the same hash. */
function attests(heights: readonly number[], hash: number) {
  return testBlock(epoch, {
    author: 0,
    attestations: heights.map((height) => ({ height, blockHash: digestOf(hash) })),
  })
}

function results(count: number) {
  return Array.from({ length: count }, (_, at) => [at + 1, digestOf(at + 1)] as const)
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await setImmediate()
}

describe('what a peer can make a validator hold', () => {
  it('is so many bytes of unverified blocks, until their verdicts are in', () => {
    const verification = new Verification()
    const body = { transactions: Array.from({ length: 4 }, () => new Uint8Array(130_000)) }
    const block = testBlock(epoch, { author: 1, body })
    const size = headerBytes + bodySize(body)
    const begun = Array.from({ length: limits.unverifiedBlocks.value }, (_, byte) =>
      verification.begin(forged(block, byte), 'D'),
    ).filter((one) => one !== undefined && one !== 'failed')
    assert.equal(begun.length, Math.floor(limits.unverifiedBytes.value / size))
    assert.notEqual(verification.begin(forged(block, 200), 'C'), undefined)
    assert.equal(verification.begin(forged(block, 201), 'D'), undefined)
    verification.end(begun[0]?.key ?? '', false)
    assert.notEqual(verification.begin(forged(block, 201), 'D'), undefined)
  })

  it('is so many signatures that failed: the oldest would be looked at again', () => {
    const verification = new Verification()
    const block = testBlock(epoch, { author: 1 })
    const copy = (number: number) => ({
      ...block,
      header: { ...block.header, signature: signatureOf(number) },
    })
    for (let number = 0; number <= limits.rememberedFailures.value; number++) {
      verification.begin(copy(number), 'D')
      verification.end(signedKey(block.digest, signatureOf(number)), false)
    }
    assert.equal(verification.begin(copy(1), 'D'), 'failed')
    assert.equal(verification.begin(copy(limits.rememberedFailures.value), 'D'), 'failed')
    assert.notEqual(verification.begin(copy(0), 'D'), 'failed')
  })

  it('is so many blocks from ahead of the own clock', () => {
    const solo = new Solo({ self: undefined })
    solo.held.add('verify')
    const ahead = solo.now + parameters.clockDrift + 5_000
    const early = (number: number) =>
      testBlock(epoch, { author: 1, timestampMs: ahead + number, round: 1 })
    for (let number = 0; number < limits.earlyBlocks.value + 3; number++) {
      solo.receiveFrom(3, early(number))
    }
    solo.receiveFrom(2, early(100))
    assert.equal(solo.of('verify').length, 0)
    solo.wait(6_000)
    assert.equal(solo.of('verify').length, limits.earlyBlocks.value + 1)
  })

  it('is so many bytes of one answer, which nobody honest exceeds', async () => {
    const end = encodeCommitsItem({ kind: 'end', index: 1 })
    const part = encodeCommitsItem({ kind: 'part', bytes: new Uint8Array(limits.part.value - 1) })
    const items = Array.from({ length: 16 }, () => part)
    let answers = 0
    const request = (): Promise<Answer> => {
      answers++
      return Promise.resolve({ items: answers === 1 ? [end, ...items] : items, more: answers < 40 })
    }
    await assert.rejects(askCommits(asking(request), 'B', 0, { from: 1, to: 1 }), {
      code: 'CONSENSUS_ANSWER',
    })
    const perAnswer = limits.part.value * items.length
    assert.equal(answers, Math.ceil(limits.syncBytesMost.value / perAnswer))
  })
})

describe('what an author can make a validator hold', () => {
  it('is so many votes for commits, of which the lowest go first', () => {
    const votes = new CommitVotes(committee)
    const tip = () => votes.tip
    const vote = (author: number, from: number, to: number) => {
      const commitVotes = Array.from({ length: to - from + 1 }, (_, at) => ({
        index: from + at,
        digest: digestOf(from + at),
      }))
      votes.observe(testBlock(epoch, { author, commitVotes }).header)
    }
    vote(0, 1, limits.votesPerAuthor.value + 1)
    vote(1, 1, 1)
    vote(2, 1, 1)
    assert.equal(tip(), undefined, 'the vote of the first for commit 1 is gone')
    vote(1, 2, 2)
    vote(2, 2, 2)
    assert.partialDeepStrictEqual(tip(), { index: 2, digest: digestOf(2) })
  })

  it('is votes for commits up to so far ahead of the own last one', async () => {
    const store = new FaultStore()
    const dag = new DagStore(store, 0, undefined)
    const { value } = limits.voteWindow
    const commitVotes = [value, value + 1].map((index) => ({ index, digest: digestOf(index) }))
    const block = testBlock(epoch, { author: 1, commitVotes })
    await dag.write([[{ type: 'block', block, verified: true }]])
    assert.notEqual(store.get(voteKey(0, value, 1)), undefined)
    assert.equal(store.get(voteKey(0, value + 1, 1)), undefined)
  })

  it('is attestations of so many heights: what conflicts with one before goes unnoticed', () => {
    const heights = Array.from({ length: limits.attestedHeights.value + 1 }, (_, at) => at + 1)
    for (const [height, evidence] of [
      [1, 0],
      [2, 1],
    ] as const) {
      const effects: Effect[] = []
      const finality = new Finality(committee, nothing, (effect) => effects.push(effect))
      finality.observe(attests(heights, 7))
      finality.observe(attests([height], 8))
      assert.equal(effects.filter(({ type }) => type === 'evidence').length, evidence)
    }
  })

  it('is so many own results, the newest', () => {
    const finality = new Finality(committee, nothing, () => {})
    const most = limits.ownResults.value
    for (let height = 1; height <= most + 5; height++) {
      finality.execute([{ height, blockHash: digestOf(height) }])
    }
    const kept = finality.resultsAbove(0)
    assert.deepEqual([kept.length, kept[0]?.height], [most, 6])
  })

  it('is so many own results that are not final: beyond it, own blocks carry nothing', () => {
    for (const [missing, asked] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const solo = new Solo().executed(1, ...results(limits.executedHashes.value - missing))
      solo.give({ type: 'pool', waiting: true })
      solo.welcome()
      assert.equal(solo.of('payload').length, asked)
    }
  })
})

describe('what a validator has under way', () => {
  it('is so many fetches to one peer; the core asks again for what found no place', async () => {
    const open: PromiseWithResolvers<Answer>[] = []
    const request = (): Promise<Answer> => {
      const one = Promise.withResolvers<Answer>()
      open.push(one)
      return one.promise
    }
    const init = { committee, network: asking(request), connected: new Set(['B']) }
    const synchroniser = new Synchroniser({ ...init, dispatch() {} })
    const refs = [testBlock(epoch, { author: 1 })]
    const fetch = () => synchroniser.fetch({ type: 'fetch', to: 'B', refs })
    const { value } = limits.fetchesPerPeer
    const most = value + limits.fetchQueue.value
    for (let at = 0; at < most + 5; at++) fetch()
    assert.equal(open.length, value)
    for (let at = 0; at < most; at++) {
      open[at]?.resolve({ items: [], more: false })
      // oxlint-disable-next-line no-await-in-loop -- the next one takes its place
      await settle()
    }
    assert.equal(open.length, most)
    fetch()
    assert.equal(open.length, most + 1)
  })

  it('is one fetch to each peer, whatever those hold up that never answer', () => {
    const asked: string[] = []
    const never = (peer: string): Promise<Answer> => {
      asked.push(peer)
      return Promise.withResolvers<Answer>().promise
    }
    const silent = Array.from({ length: 40 }, (_, at) => `silent ${at}`)
    const network = { ...asking(() => never('')), request: never }
    const init = { committee, network, connected: new Set([...silent, 'B']) }
    const synchroniser = new Synchroniser({ ...init, dispatch() {} })
    const refs = [testBlock(epoch, { author: 1 })]
    for (const to of silent) {
      for (let at = 0; at < 8; at++) synchroniser.fetch({ type: 'fetch', to, refs })
    }
    assert.ok(asked.length >= limits.fetches.value)
    synchroniser.fetch({ type: 'fetch', to: 'B', refs })
    assert.equal(asked.at(-1), 'B')
  })

  it('is so many signatures with the verifier; the others wait their turn', async () => {
    const open: PromiseWithResolvers<boolean>[] = []
    const verify = (): Promise<boolean> => {
      const one = Promise.withResolvers<boolean>()
      open.push(one)
      return one.promise
    }
    const verdicts: string[] = []
    const verifications = new Verifications(
      committee,
      verify,
      (key) => verdicts.push(key),
      (error) => assert.fail(String(error)),
    )
    const count = limits.verifications.value + 5
    const names = Array.from({ length: count }, (_, at) => digestOf(at))
    for (const digest of names) {
      const signature = signatureOf(0)
      verifications.add({ type: 'verify', key: digest, author: 1, digest, signature })
    }
    assert.equal(open.length, limits.verifications.value)
    for (let next = 0; next < count; next++) {
      open[next]?.resolve(true)
      await settle()
      assert.equal(open.length, Math.min(count, limits.verifications.value + next + 1))
    }
    assert.deepEqual(verdicts, names)
  })

  it('is so many batches before the disk: then a peer has to wait with its next block', async () => {
    const disk = Promise.withResolvers<void>()
    class SlowStore extends FaultStore {
      override async write(...given: Parameters<FaultStore['write']>): Promise<void> {
        await disk.promise
        await super.write(...given)
      }
    }
    const landed: number[] = []
    const journal = new Journal(
      new DagStore(new SlowStore(), 0, undefined),
      (token) => landed.push(token),
      (error) => assert.fail(String(error)),
    )
    const records: readonly StoreRecord[] = []
    const admitted: string[] = []
    const ask = async (name: string): Promise<void> => {
      await journal.room()
      admitted.push(name)
    }
    // The first is being written, the others wait.
    const most = limits.journalBatches.value
    for (let token = 1; token <= most; token++) journal.add({ token, records })
    await ask('with room')
    journal.add({ token: most + 1, records })
    const later = ask('without')
    await settle()
    assert.deepEqual([admitted, landed], [['with room'], []])
    disk.resolve()
    await later
    assert.deepEqual([admitted, landed.at(-1)], [['with room', 'without'], most + 1])
  })
})
