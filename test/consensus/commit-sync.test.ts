import assert from 'node:assert/strict'

import type { Block, Header } from '../../consensus/core/block.ts'
import type { Commit } from '../../consensus/core/commit.ts'
import { parameters } from '../../consensus/parameters.ts'
import { digestOf, forged, fullRounds, ownFirst, testBlock } from './blocks.ts'
import { Solo } from './solo.ts'
import { testEpoch } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const rounds = fullRounds(epoch, 12)

/** What a node that saw everything has committed. */
const source = new Solo({ self: undefined }).receive(...rounds.flat())
const made = source.of('commit').map(({ commit }) => commit)
const commits = made.map(({ commit }) => commit)
const blocks = made.flatMap((one) => one.blocks)
const last = made.at(-1)!

/** Blocks on ancestors that nobody has, which vote for `digest` as the last commit. */
function voters(digest: string, index = last.commit.index): readonly Block[] {
  return [1, 2, 3].map((author) => {
    const ancestors = ownFirst(author, rounds[11]!).map((ref) => ({
      ...ref,
      round: 39,
      digest: digestOf(ref.author + 1),
    }))
    return testBlock(epoch, { author, round: 40, ancestors, commitVotes: [{ index, digest }] })
  })
}

/** A follower that knows of ten commits and has none, and has asked `peer`. */
function behind(
  digest = last.digest,
  index?: number,
): { readonly solo: Solo; readonly peer: string } {
  const solo = new Solo({ self: undefined })
  solo.wait(2_000).receive(...voters(digest, index))
  return { solo, peer: solo.of('fetchCommits')[0]!.peer }
}

interface Answer {
  readonly commits: readonly Commit[]
  readonly blocks: readonly Block[]
  readonly headers: readonly Header[]
}

const whole: Answer = { commits, blocks, headers: [] }

function answer(solo: Solo, from: string, changes: Partial<Answer> = {}): void {
  solo.give({ type: 'commits', from, ...whole, ...changes })
}

describe('commits that were missed', () => {
  it('are the ten of this scene', () => {
    assert.equal(commits.length, 10)
  })

  it('are taken over when they end in one that a quorum voted for', () => {
    const { solo, peer } = behind()
    answer(solo, peer)
    assert.equal(solo.core.status.committed, 10)
    assert.deepEqual(
      solo.of('commit').map(({ commit }) => commit.digest),
      made.map(({ digest }) => digest),
    )
    assert.deepEqual(solo.of('penalise'), [])
  })

  it('leave blocks that are not verified, and say so on disk', () => {
    const { solo, peer } = behind()
    answer(solo, peer)
    const stored = solo.of('persist').flatMap(({ records }) => records)
    const flags = stored.flatMap((one) => (one.type === 'block' ? one.verified : []))
    assert.equal(flags.length, blocks.length)
    assert.ok(flags.every((verified) => !verified))
    assert.equal(solo.of('finalized').length, 0)
  })

  it('are not shadowed by garbage signatures, which nobody looked at', () => {
    const { solo, peer } = behind()
    answer(solo, peer, { blocks: blocks.map((block) => forged(block)) })
    assert.equal(solo.core.status.committed, 10)
    assert.equal(solo.of('verify').length, 3, 'those of the voters')
  })

  it('are taken over in parts, by the votes that come along', () => {
    const { solo, peer } = behind(digestOf(77), 60)
    const part = made.slice(0, 5)
    const end = part.at(-1)!
    const headers = voters(end.digest, end.commit.index).map(({ header }) => header)
    const some = { commits: commits.slice(0, 5), blocks: part.flatMap((one) => one.blocks) }
    answer(solo, peer, { ...some, headers: headers.slice(0, 2) })
    assert.equal(solo.core.status.committed, 0, 'two of four are no quorum')
    assert.deepEqual(solo.of('penalise'), [])
    const next = solo.of('fetchCommits').at(-1)!.peer
    assert.notEqual(next, peer)
    answer(solo, next, { ...some, headers: [headers[0]!, headers[0]!, headers[1]!] })
    assert.equal(solo.core.status.committed, 0, 'nor is one author twice')
    answer(solo, solo.of('fetchCommits').at(-1)!.peer, { ...some, headers })
    assert.equal(solo.core.status.committed, 5)
  })

  it('count votes only under good signatures', () => {
    const { solo, peer } = behind(digestOf(77), 60)
    const headers = voters(last.digest).map((block) => forged(block).header)
    answer(solo, peer, { headers })
    assert.equal(solo.core.status.committed, 0)
  })

  for (const [name, changes] of [
    ['a gap', { commits: commits.toSpliced(4, 1) }],
    ['a commit changed', { commits: commits.with(4, { ...commits[4]!, timestampMs: 1 }) }],
    ['another epoch', { commits: commits.map((commit) => ({ ...commit, epoch: 1 })) }],
    ['a block that no commit names', { blocks: [...blocks, rounds[11]![0]!] }],
    [
      'a block with another body',
      { blocks: blocks.with(3, { ...blocks[3]!, body: { transactions: [new Uint8Array(1)] } }) },
    ],
  ] as const) {
    it(`are refused at the sender’s cost with ${name}`, () => {
      const { solo, peer } = behind()
      answer(solo, peer, changes)
      assert.equal(solo.core.status.committed, 0)
      assert.deepEqual(solo.of('penalise'), [{ type: 'penalise', peer, offence: 'commits' }])
      assert.notEqual(solo.of('fetchCommits').at(-1)!.peer, peer)
    })
  }

  it('are asked for in smaller parts when an answer is not through in time, and larger ones again', () => {
    const { solo } = behind(digestOf(77), 200)
    const asked = () => {
      const { from, to } = solo.of('fetchCommits').at(-1)!
      return to - from + 1
    }
    const sizes = [asked()]
    for (let late = 0; late < 8; late++) {
      solo.wait(4 * parameters.requestTimeout)
      sizes.push(asked())
    }
    assert.deepEqual(sizes, [100, 50, 25, 12, 6, 3, 1, 1, 1])
    const [first, second] = made
    for (const [one, next] of [
      [first!, 2],
      [second!, 4],
    ] as const) {
      const { index } = one.commit
      const headers = voters(one.digest, index).map(({ header }) => header)
      const part = { commits: [one.commit], blocks: one.blocks, headers }
      answer(solo, solo.of('fetchCommits').at(-1)!.peer, part)
      assert.deepEqual([solo.core.status.committed, asked()], [index, next])
    }
  })

  it('are asked of the next peer when a block is missing, nothing came, or nobody answered', () => {
    for (const changes of [{ blocks: blocks.slice(1) }, { commits: [], blocks: [] }]) {
      const { solo, peer } = behind()
      answer(solo, peer, changes)
      assert.deepEqual(solo.of('penalise'), [])
      assert.notEqual(solo.of('fetchCommits').at(-1)!.peer, peer)
    }
    const { solo, peer } = behind()
    solo.wait(4 * parameters.requestTimeout)
    assert.notEqual(solo.of('fetchCommits').at(-1)!.peer, peer)
  })

  it('are believed of nobody who was not asked', () => {
    const { solo, peer } = behind()
    answer(solo, peer === 'D' ? 'C' : 'D')
    assert.equal(solo.core.status.committed, 0)
  })

  it('may overlap with what the node made by itself meanwhile', () => {
    const { solo, peer } = behind()
    solo.receive(...rounds.slice(0, 4).flat())
    assert.equal(solo.core.status.committed, 2)
    answer(solo, peer)
    assert.equal(solo.core.status.committed, 10)
  })

  it('go on into the ordinary way', () => {
    const { solo, peer } = behind()
    answer(solo, peer)
    solo.receive(...rounds.slice(9).flat(), ...fullRounds(epoch, 14).slice(12).flat())
    assert.equal(solo.core.status.committed, 12)
  })

  it('leave headers of a quorum that vote for the last one, for others to ask for', () => {
    const { solo, peer } = behind()
    answer(solo, peer)
    const records = solo.of('persist').flatMap((write) => write.records)
    const votes = records.flatMap((one) =>
      one.type === 'commit' ? [[one.commit.commit.index, one.votes?.length ?? 0]] : [],
    )
    assert.deepEqual(votes.at(-1), [10, 3])
    assert.ok(votes.slice(0, -1).every(([, count]) => count === 0))
  })

  it('say how far their authors were, to those who ask after a restart', () => {
    const heavy = testEpoch([1, 2, 2, 2, 1])
    const all = fullRounds(heavy, 12)
    const seen = new Solo({ self: undefined, stakes: [1, 2, 2, 2, 1] }).receive(...all.flat())
    const known = seen.of('commit').map(({ commit }) => commit)
    const end = known.at(-1)!
    const solo = new Solo({ stakes: [1, 2, 2, 2, 1] }).wait(2_000)
    const commitVotes = [{ index: end.commit.index, digest: end.digest }]
    for (const author of [1, 2, 3]) {
      const ancestors = ownFirst(author, all[11]!).map((ref) => ({
        ...ref,
        round: 39,
        digest: digestOf(ref.author + 1),
      }))
      solo.receive(testBlock(heavy, { author, round: 40, ancestors, commitVotes }))
    }
    const asked = solo.of('fetchCommits').at(-1)!.peer
    solo.give({
      type: 'commits',
      from: asked,
      commits: known.map(({ commit }) => commit),
      blocks: known.flatMap((one) => one.blocks),
      headers: [],
    })
    assert.equal(solo.core.status.committed, end.commit.index)
    solo.welcome(1, 2, 3)
    solo.give({ type: 'asked', from: solo.peer(4), author: 4, id: 1 })
    const theirs = known.flatMap((one) => one.blocks).findLast(({ author }) => author === 4)
    assert.equal(solo.of('answer').at(-1)?.yours?.core.round, theirs?.round)
  })

  it('keep a validator from building until they are taken over', () => {
    const solo = new Solo().wait(2_000)
    solo.held.add('sign')
    solo
      .receive(...voters(last.digest))
      .welcome()
      .wait(30_000)
    assert.equal(solo.of('sign').length, 0)
    answer(solo, solo.of('fetchCommits').at(-1)!.peer)
    assert.equal(solo.core.status.committed, 10)
  })
})
