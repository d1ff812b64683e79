import assert from 'node:assert/strict'

import type { Block, Header } from '../../consensus/core/block.ts'
import type { Content } from '../../consensus/core/build.ts'
import { blockOf } from '../../consensus/core/hashes.ts'
import { checkBlock, genesisRefs } from '../../consensus/core/validity.ts'
import { limits } from '../../consensus/limits.ts'
import { digestOf, fullRounds, ownFirst, testBlock } from './blocks.ts'
import { testEpoch } from './world/world.ts'

const epoch = testEpoch([2, 1, 1, 1])
const genesis = genesisRefs(epoch)
const [first = [], second = []] = fullRounds(epoch, 2)

function check(block: Block): void {
  checkBlock(block, epoch, genesis)
}

/** A block of round 3 on all of round 2, with changes. */
function third(changes: Partial<Content> = {}): Block {
  return testBlock(epoch, {
    round: 3,
    ancestors: ownFirst(changes.author ?? 0, second),
    ...changes,
  })
}

function withCore(block: Block, changes: Partial<Header['core']>): Block {
  const { header, body } = block
  return blockOf({ ...header, core: { ...header.core, ...changes } }, body)
}

describe('validity of a block', () => {
  it('holds for a block on a quorum, with or without older ancestors', () => {
    check(third())
    const [a, b, c] = second
    check(third({ ancestors: [a!, b!, c!] }))
    check(third({ ancestors: [a!, b!, c!, first[3]!] }))
    check(third({ author: 3, ancestors: [first[3]!, a!, b!, c!] }))
  })

  it('asks for the own network and epoch', () => {
    for (const changes of [{ version: 2 }, { chainId: 1n }, { genesisHash: digestOf(1) }]) {
      assert.throws(() => check(withCore(third(), changes)), { code: 'CONSENSUS_NETWORK' })
    }
    assert.throws(() => check(withCore(third(), { epoch: 1 })), { code: 'CONSENSUS_EPOCH' })
  })

  for (const [name, changes] of [
    ['no ancestors', { ancestors: [] }],
    ['another’s block first', { ancestors: [second[1]!, second[0]!, second[2]!] }],
    ['two blocks of one author', { ancestors: [second[0]!, second[1]!, second[2]!, first[1]!] }],
    [
      'less than a quorum of parents',
      { ancestors: [second[0]!, second[1]!, first[2]!, first[3]!] },
    ],
    [
      'a quorum of authors without its stake',
      { author: 1, ancestors: ownFirst(1, second.slice(1)) },
    ],
    ['an ancestor of its own round', { round: 2 }],
    [
      'a member that does not exist',
      { author: 4, ancestors: second.map((ref) => ({ ...ref, author: (ref.author + 4) % 5 })) },
    ],
    [
      'a strange round 0',
      { round: 1, ancestors: genesis.map((ref) => ({ ...ref, digest: digestOf(9) })) },
    ],
    ['round 0', { round: 0, ancestors: genesis }],
    [
      'heights that do not ascend',
      {
        attestations: [
          { height: 2, blockHash: digestOf(1) },
          { height: 2, blockHash: digestOf(2) },
        ],
      },
    ],
    [
      'votes that do not ascend',
      {
        commitVotes: [
          { index: 3, digest: digestOf(1) },
          { index: 2, digest: digestOf(2) },
        ],
      },
    ],
  ] as const) {
    it(`rules out ${name}`, () => {
      assert.throws(() => check(third(changes)), { code: 'CONSENSUS_BLOCK' })
    })
  }

  it('rules out a body other than the header’s', () => {
    const transactions = [new Uint8Array(5).fill(1), new Uint8Array(6).fill(2)]
    const block = third({ body: { transactions } })
    check(block)
    const bodies = [
      [],
      transactions.toReversed(),
      transactions.slice(1),
      [transactions[0]!, new Uint8Array(6)],
    ]
    for (const other of bodies) {
      assert.throws(() => check({ ...block, body: { transactions: other } }), {
        code: 'CONSENSUS_BLOCK',
      })
    }
    for (const changes of [{ bodyBytes: 1 }, { bodyTransactions: 1 }]) {
      assert.throws(() => check(withCore(block, changes)), { code: 'CONSENSUS_BLOCK' })
    }
  })

  it('rules out a body above the cap', () => {
    const transactions = Array.from(
      { length: 5 },
      () => new Uint8Array(limits.transactionBytes.value),
    )
    assert.throws(() => check(third({ body: { transactions } })), { code: 'CONSENSUS_BLOCK' })
  })

  it('takes transactions as they are: whether one takes effect is not a matter of the block', () => {
    check(third({ body: { transactions: [new Uint8Array(0), Uint8Array.of(0xff)] } }))
  })
})
