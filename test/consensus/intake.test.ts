import assert from 'node:assert/strict'

import { limits } from '../../consensus/limits.ts'
import { parameters } from '../../consensus/parameters.ts'
import { digestOf, forged, fullRounds, ownFirst, testBlock } from './blocks.ts'
import { testCommittee } from './dag/text.ts'
import { Solo } from './solo.ts'
import { testEpoch } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const rounds = fullRounds(epoch, 8)
const [first = [], second = [], third = []] = rounds

/** Does not sign: what it does is all about what it receives. */
function follower(): Solo {
  return new Solo({ self: undefined })
}

describe('a block on its way in', () => {
  it('is accepted once its ancestors are, in whatever order they come', () => {
    const solo = follower()
    for (const block of [...second, ...first].toReversed()) solo.receive(block)
    assert.equal(solo.core.status.blocks, 8)
    const reverse = follower()
    for (const block of [...first, ...second, ...third].toReversed()) reverse.receive(block)
    assert.deepEqual([reverse.core.status.blocks, reverse.core.status.suspended], [12, 0])
  })

  it('costs a verification only after everything cheaper', () => {
    const solo = follower()
    const { header, body } = first[1]!
    solo.receive({ ...first[1]!, header: { ...header, ancestors: [] } })
    solo.receive({ ...first[1]!, body: { transactions: [new Uint8Array(1)] } })
    const foreign = testBlock({ ...epoch, chainId: 1n }, { author: 1 })
    solo.receive(foreign)
    assert.equal(solo.of('verify').length, 0)
    assert.deepEqual(
      solo.of('penalise').map(({ peer, offence }) => `${peer} ${offence}`),
      ['B structure', 'B structure', 'B network'],
    )
    assert.deepEqual(body.transactions, [])
  })

  it('of another epoch is nobody’s offence', () => {
    const solo = follower()
    const later = { ...epoch, committee: testCommittee([1, 1, 1, 1], 1) }
    solo.receive(
      testBlock(later, { author: 1, ancestors: first.map((ref) => ({ ...ref, round: 0 })) }),
    )
    assert.deepEqual([solo.of('verify').length, solo.of('penalise').length], [0, 0])
  })

  it('is not shadowed by a copy with a garbage signature that came first', () => {
    const solo = follower()
    solo.receiveFrom(3, forged(first[1]!))
    assert.deepEqual(
      solo.of('penalise').map(({ peer, offence }) => [peer, offence]),
      [['D', 'signature']],
    )
    assert.equal(solo.core.status.blocks, 0)
    solo.receive(first[1]!)
    assert.equal(solo.core.status.blocks, 1)
  })

  it('is not shadowed by a copy whose verdict is still out', () => {
    const solo = follower()
    solo.held.add('verify')
    solo.receiveFrom(3, forged(first[1]!)).receive(first[1]!)
    const [bad, good] = solo.of('verify')
    assert.notEqual(bad!.key, good!.key)
    solo.give({ type: 'verified', key: good!.key, valid: true })
    solo.give({ type: 'verified', key: bad!.key, valid: false })
    assert.equal(solo.core.status.blocks, 1)
    assert.deepEqual(
      solo.of('penalise').map(({ peer }) => peer),
      ['D'],
    )
  })

  it('is verified once for each signature, good or bad', () => {
    const solo = follower()
    for (let turn = 0; turn < 3; turn++) solo.receiveFrom(3, forged(first[1]!))
    assert.equal(solo.of('verify').length, 1)
    assert.equal(solo.of('penalise').length, 3)
    for (let turn = 0; turn < 3; turn++) solo.receive(first[1]!)
    assert.equal(solo.of('verify').length, 2)
  })

  it('waits while a peer has as many unverified as it may', () => {
    const solo = follower()
    solo.held.add('verify')
    for (let byte = 0; byte < limits.unverifiedBlocks.value + 20; byte++) {
      solo.receiveFrom(3, forged(first[1]!, byte))
    }
    assert.equal(solo.core.status.unverified, limits.unverifiedBlocks.value)
    solo.receive(first[2]!)
    assert.equal(solo.core.status.unverified, limits.unverifiedBlocks.value + 1)
  })

  it('waits for the own clock when it is from far ahead', () => {
    const solo = follower()
    const ahead = parameters.clockDrift + 5_000
    solo.receive(testBlock(epoch, { author: 1, timestampMs: solo.now + ahead }))
    assert.equal(solo.of('verify').length, 0)
    assert.equal(solo.of('wake').at(-1)?.at, solo.now + 5_000)
    solo.wait(5_000)
    assert.equal(solo.core.status.blocks, 1)
    assert.equal(solo.of('penalise').length, 0)
  })

  it('from ahead is kept out by no forgeries of it that another peer sent first', () => {
    const solo = follower()
    const block = testBlock(epoch, {
      author: 1,
      timestampMs: solo.now + parameters.clockDrift + 5_000,
    })
    for (let byte = 0; byte < 3 * limits.earlyBlocks.value; byte++) {
      const far = testBlock(epoch, { author: 1, timestampMs: block.timestampMs + 90_000 + byte })
      solo.receiveFrom(3, forged(far))
    }
    solo.receive(block).wait(5_000)
    assert.equal(solo.core.status.blocks, 1)
  })
})

describe('a second block of one author and round', () => {
  const twin = testBlock(epoch, { author: 1, timestampMs: epoch.startMs + 101 })

  it('is proof, and is not kept', () => {
    const solo = follower().receive(first[1]!, twin)
    const [{ evidence } = { evidence: undefined }] = solo.of('evidence')
    assert.deepEqual([evidence?.kind, evidence?.author], ['equivocation', 1])
    assert.deepEqual(evidence?.digests, [first[1]!.digest, twin.digest])
    assert.deepEqual(evidence?.second.signature, twin.header.signature)
    assert.equal(solo.core.status.blocks, 1)
  })

  it('is no proof without a good signature, nor is a second signature of the same block', () => {
    const solo = follower().receive(first[1]!, forged(twin), forged(first[1]!))
    assert.equal(solo.of('evidence').length, 0)
  })

  it('is accepted where another block needs it', () => {
    const solo = follower().receive(...first, twin)
    const child = testBlock(epoch, {
      author: 2,
      round: 2,
      ancestors: ownFirst(2, [first[0]!, twin, first[2]!, first[3]!]),
    })
    solo.receive(child)
    assert.equal(solo.core.status.suspended, 1)
    solo.wait(parameters.fetchDelay)
    assert.deepEqual(
      solo.of('fetch').map(({ to, refs }) => [to, refs[0]?.digest]),
      [['C', twin.digest]],
    )
    solo.receiveFrom(2, twin)
    assert.deepEqual([solo.core.status.blocks, solo.core.status.suspended], [6, 0])
  })

  it('convicts its author once', () => {
    const solo = follower().receive(first[1]!, twin)
    for (let more = 2; more < 6; more++) {
      solo.receive(testBlock(epoch, { author: 1, timestampMs: epoch.startMs + 200 + more }))
    }
    assert.equal(solo.of('evidence').length, 1)
    assert.equal(solo.of('verify').length, 2, 'further ones are not worth a verification')
  })

  it('ends its author’s part in the ancestors of own blocks', () => {
    const solo = new Solo().welcome().receive(...first.slice(1), twin)
    solo.wait(parameters.idleRoundDelay)
    const { ancestors } = solo.lastOwn
    assert.equal(solo.lastOwn.round, 2)
    assert.deepEqual(
      ancestors.map(({ author }) => author),
      [0, 2, 3],
    )
  })
})

describe('missing ancestors', () => {
  it('are asked of who sent the block, then beside it of the author and others, ever less often', () => {
    const solo = follower().receiveFrom(3, second[2]!)
    const asked = () => solo.of('fetch').map(({ to }) => to)
    assert.deepEqual(asked(), [])
    solo.wait(parameters.fetchDelay)
    assert.deepEqual(asked(), ['D'])
    assert.equal(solo.of('fetch')[0]!.refs.length, 4)
    solo.wait(parameters.requestTimeout)
    assert.deepEqual(asked().slice(1).toSorted(), ['A', 'B', 'C', 'D'])
    const before = solo.of('fetch').length
    solo.wait(parameters.requestTimeout)
    assert.equal(solo.of('fetch').length, before)
    solo.wait(parameters.requestTimeout)
    assert.ok(solo.of('fetch').length > before)
  })

  it('are not asked for when they come by themselves', () => {
    const solo = follower()
      .receive(...second, ...first)
      .wait(10_000)
    assert.equal(solo.of('fetch').length, 0)
  })

  it('are not asked for one by one while certified commits bring them', () => {
    const solo = follower()
    for (const author of [1, 2, 3]) {
      const ancestors = ownFirst(author, first).map((ref) => ({
        ...ref,
        digest: digestOf(ref.author),
      }))
      const commitVotes = [{ index: 50, digest: digestOf(50) }]
      solo.receive(testBlock(epoch, { author, round: 2, ancestors, commitVotes }))
    }
    assert.deepEqual(
      solo.of('fetchCommits').map(({ from, to }) => [from, to]),
      [[1, 50]],
    )
    solo.wait(parameters.fetchDelay).wait(100)
    assert.equal(solo.of('fetch').length, 0)
    assert.ok(
      solo.of('wake').at(-1)!.at > solo.now + 1_000,
      'nothing to do before the answer is late',
    )
  })

  it('that do not exist hold up nothing but the blocks that name them', () => {
    const solo = follower()
    const madeUp = first.map((ref, at) => (at === 3 ? { ...ref, digest: digestOf(99) } : ref))
    solo.receive(testBlock(epoch, { author: 1, round: 2, ancestors: ownFirst(1, madeUp) }))
    solo.receive(...first, second[2]!, second[3]!, second[0]!).wait(60_000)
    assert.deepEqual([solo.core.status.blocks, solo.core.status.suspended], [7, 1])
  })

  it('can be of so many blocks of one author, and not more', () => {
    const solo = follower()
    for (let round = 2; round < limits.suspendedRounds.value + 40; round++) {
      const refs = [1, 0, 2, 3].map((author) => ({
        author,
        round: round - 1,
        digest: digestOf(round * 10 + author),
      }))
      solo.receive(testBlock(epoch, { author: 1, round, ancestors: refs }))
    }
    assert.equal(solo.core.status.suspended, limits.suspendedRounds.value)
    solo.receive(second[2]!)
    assert.equal(solo.core.status.suspended, limits.suspendedRounds.value + 1)
  })

  it('of one author’s blocks are asked for after one of each other’s', () => {
    const solo = new Solo({ self: undefined, stakes: [1, 1, 1, 1, 1, 1, 1] })
    const seven = solo.epoch
    for (let round = 1_000; round < 1_160; round++) {
      const refs = seven.committee.members.map((_, author) => ({
        author,
        round: round - 1,
        digest: digestOf(round * 10 + author),
      }))
      solo.receive(testBlock(seven, { author: 6, round, ancestors: ownFirst(6, refs) }))
    }
    const { suspended } = solo.core.status
    assert.ok(suspended * 7 <= limits.wantedBlocks.value + 7, `${suspended} blocks wait`)
    const [base = [], next = []] = fullRounds(seven, 2)
    const [child] = next
    if (child !== undefined) solo.receiveFrom(6, child)
    solo.wait(parameters.fetchDelay)
    const digests = base.map(({ digest }) => digest)
    const [{ refs } = { refs: [] }] = solo.of('fetch')
    const found = refs.filter(({ digest }) => digests.includes(digest))
    assert.equal(found.length, digests.length, 'all in the first request')
  })

  it('are counted in bytes as well', () => {
    const solo = follower()
    const body = { transactions: Array.from({ length: 4 }, () => new Uint8Array(130_000)) }
    for (let round = 2; round < 42; round++) {
      const refs = [1, 0, 2, 3].map((author) => ({
        author,
        round: round - 1,
        digest: digestOf(round * 10 + author),
      }))
      solo.receive(testBlock(epoch, { author: 1, round, ancestors: refs, body }))
    }
    const { suspended } = solo.core.status
    assert.ok(suspended > 10 && suspended <= 16, `${suspended} blocks of 520 kB`)
  })
})
