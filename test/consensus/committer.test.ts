import assert from 'node:assert/strict'

import { Committer } from '../../consensus/core/committer.ts'
import { Dag } from '../../consensus/core/dag.ts'
import { Schedule } from '../../consensus/core/schedule.ts'
import { constants } from '../../consensus/parameters.ts'
import { Drawing, testCommittee } from './dag/text.ts'

const letters = 'ABCDEFGHIJ'

/** Leaders in turn: A leads round 1, B round 2, and so on. */
class InTurn extends Schedule {
  readonly #size: number

  constructor(stakes: readonly number[]) {
    super(testCommittee(stakes), '00'.repeat(32), constants)
    this.#size = stakes.length
  }

  override leader(round: number): number {
    return (round - 1) % this.#size
  }
}

/** What comes of each round in order: the leader's block or `-`, with `*` when decided indirectly. */
function decisions(text: string, stakes: readonly number[] = [1, 1, 1, 1]): string {
  const drawing = new Drawing(text)
  const dag = new Dag(testCommittee(stakes))
  const committer = new Committer(dag, new InTurn(stakes))
  for (const block of drawing.blocks) dag.insert(block)
  const found: string[] = []
  for (let one = committer.next(); one !== undefined; one = committer.next()) {
    const name =
      one.block === undefined ? `-${letters[one.leader]}` : drawing.nameOf(one.block.digest)
    found.push(`${name}${one.direct ? '' : '*'}`)
  }
  return found.join(' ')
}

describe('the commit rule', () => {
  it('commits a leader by a quorum of certificates two rounds above', () => {
    const text = `
      1: A B C D
      2: A B C D
      3: A B C`
    assert.equal(decisions(text), 'A1')
    assert.equal(decisions(text.replace('3: A B C', '3: A B')), '')
  })

  it('commits leader after leader while all go on', () => {
    assert.equal(
      decisions('1: A B C D\n2: A B C D\n3: A B C D\n4: A B C D\n5: A B C D'),
      'A1 B2 C3',
    )
  })

  it('needs a quorum of votes for a certificate', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A(A B C) B(A B C) C(B C D) D(B C D)
        3: A B C D`),
      '',
    )
  })

  it('counts only certificates whose own parents hold a quorum of votes', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A B C D(-A)
        3: A(A B C) B(B C D) C(B C D) D(B C D)`),
      '',
    )
    assert.equal(
      decisions(`
        1: A B C D
        2: A B C D(-A)
        3: A(A B C) B(A B C) C(A B C) D(B C D)`),
      'A1',
    )
  })

  it('skips a leader without a block as soon as a quorum is one round above', () => {
    assert.equal(decisions('1: B C D\n2: B C D'), '-A')
  })

  it('skips a leader against whom a quorum voted', () => {
    assert.equal(decisions('1: A B C D\n2: B(-A) C(-A) D(-A)'), '-A')
    assert.equal(decisions('1: A B C D\n2: B(-A) C(-A)'), '')
  })

  it('takes no older block of the leader for a vote', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A B C D
        3: A B C D
        4: A B C D
        5: A B C D
        6: B(B C D A4) C(B C D A4) D(B C D A4)`),
      'A1 B2 C3 D4 -A',
    )
  })

  it('skips an equivocating leader when each of its blocks is voted down', () => {
    assert.equal(
      decisions(`
        1: A A' B C D
        2: A(A B C) B(A' B C) C(-A) D(-A)`),
      '-A',
    )
    assert.equal(
      decisions(`
        1: A A' B C D
        2: B(A' B C) C(-A) D(A B D)`),
      '',
    )
    assert.equal(
      decisions(
        `
        1: A A' B C D E F G
        2: B(A B C D E) C(A' B C D E) D(-A) E(-A) F(-A) G(-A)`,
        [1, 1, 1, 1, 1, 1, 1],
      ),
      '-A',
    )
  })

  it('commits the one block of an equivocating leader that a quorum voted for', () => {
    assert.equal(
      decisions(`
        1: A A' B C D
        2: A(A' B C) B(A' B C) C(A' C D) D(A B D)
        3: A(A B C) B(A B C) C(A B C)`),
      "A1'",
    )
  })

  it('decides by the first committed leader three rounds above what votes left open', () => {
    const open = `
      1: A B C D
      2: A B C D(-A)
      3: A(A B C) B(A B D) C(B C D) D(B C D)
      4: A B C D
      5: A B C D
      6: A B C D`
    assert.equal(decisions(open), 'A1* B2 C3 D4')
  })

  it('skips by an anchor that has no certificate in its history', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A B(-A) C D(-A)
        3: A B C D
        4: A B C D
        5: A B C D
        6: A B C D`),
      '-A* B2 C3 D4',
    )
  })

  it('never looks past an anchor without decision', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A B(-A) C D(-A)
        3: A B C D
        4: A B C D
        5: A B(-D) C D(-D)
        6: A B C D
        7: A B C D`),
      '',
    )
  })

  it('looks past an anchor that is skipped', () => {
    assert.equal(
      decisions(`
        1: A B C D
        2: A B(-A) C D(-A)
        3: A B C D
        4: A B C
        5: A B C
        6: A B C
        7: A B C`),
      '-A* B2 C3 -D A5',
    )
  })

  it('counts stake, not authors', () => {
    const text = `
      1: A B C D
      2: A B C
      3: A B C`
    assert.equal(decisions(text, [1, 1, 1, 1]), 'A1')
    assert.equal(decisions(text, [1, 1, 1, 4]), '')
    assert.equal(decisions('1: A B C D\n2: A D\n3: A D', [1, 1, 1, 5]), 'A1 -B')
  })

  it('counts an equivocating voter once', () => {
    assert.equal(decisions("1: A B C D\n2: C(-A) D(-A) D'(-A)"), '')
  })

  it('decides a part of a DAG as it decides the whole', () => {
    const whole = `
      1: A B C D
      2: A B C D(-A)
      3: A(A B C) B(A B D) C(B C D) D(B C D)
      4: A B C D
      5: A B C D
      6: A B C D`
    const lines = whole.trim().split('\n')
    for (let rounds = 1; rounds <= lines.length; rounds++) {
      const part = decisions(lines.slice(0, rounds).join('\n'))
      assert.ok(decisions(whole).startsWith(part), part)
    }
  })
})

describe('the DAG', () => {
  const { blocks } = new Drawing('1: A B C D\n2: A B C D\n3: A B C D')

  it('takes no block before its ancestors', () => {
    const dag = new Dag(testCommittee([1, 1, 1, 1]))
    assert.throws(() => dag.insert(blocks[5]!), { code: 'CONSENSUS_NOT_CLOSED' })
    assert.equal(dag.missing(blocks[5]!).length, 4)
    assert.equal(dag.size, 0)
  })

  it('ignores ancestors that are garbage, and garbage itself', () => {
    const dag = new Dag(testCommittee([1, 1, 1, 1]))
    dag.prune(1)
    dag.insert(blocks[0]!)
    assert.equal(dag.size, 0)
    for (const block of blocks.slice(4)) dag.insert(block)
    assert.deepEqual([dag.size, dag.quorumRound, dag.highestRound], [8, 3, 3])
    assert.equal(dag.prune(2).length, 4)
    assert.equal(dag.latest(0), blocks[8])
    dag.prune(3)
    assert.deepEqual([dag.size, dag.latest(0)], [0, undefined])
  })
})
